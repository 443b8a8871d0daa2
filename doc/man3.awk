# SPDX-License-Identifier: BSD-3-Clause
# A page of section 3 out of a public header: its declarations, each with the comment before it.
#
#   awk -v page=evbuffer -v header=event2/buffer.h -v library=libevent_core -v version=1.0.0 \
#       -v date=2026-11-24 -f man3.awk buffer.h >evbuffer.3
#   awk -v names=1 -f man3.awk buffer.h         the functions and macros with arguments, which other names lead to
#
# It knows the form that our headers have, no more of C: a comment from /** to its end, then a declaration up to the
# semicolon outside of braces; /* ---- headings ---- */; groups with @name.

function text(line) {
	gsub(/\\/, "\\e", line)
	gsub(/-/, "\\-", line)
	gsub(/`/, "", line)
	while (match(line, /\*[A-Za-z]+\*/))
		line = substr(line, 1, RSTART - 1) "\\fI" substr(line, RSTART + 1, RLENGTH - 2) "\\fP" substr(line, RSTART + RLENGTH)
	sub(/^\./, "\\\\\\&.", line)
	sub(/^'/, "\\\\\\&'", line)
	return line
}

# what a comment's lines hold, without its stars
function bare(line) {
	sub(/[ \t]*\*+\/[ \t]*$/, "", line)
	sub(/^[ \t]*\/\*+<?[ \t]?/, "", line)
	sub(/^[ \t]*\*[ \t]?/, "", line)
	sub(/[ \t]+$/, "", line)
	return line
}

function paragraphs(doc, lines, n, i, line, begun, parted) {
	n = split(doc, lines, "\n")
	for (i = 1; i <= n; i++) {
		line = lines[i]
		sub(/^[ \t]+/, "", line)
		if (line == "") {
			parted = begun
			continue
		}
		if (line ~ /^@param /) {
			sub(/^@param /, "", line)
			if (match(line, /^([A-Za-z0-9_]+, )*[A-Za-z0-9_]+/))
				print ".TP\n.I " text(substr(line, 1, RLENGTH))
			line = substr(line, RLENGTH + 2)
		} else if (line ~ /^@return /) {
			print ".PP"
			sub(/^@return /, "Returns ", line)
		} else if (line ~ /^@deprecated/) {
			print ".PP"
			sub(/^@deprecated/, "Deprecated:", line)
		} else if (line ~ /^- /) {
			print ".IP \\(bu 2"
			sub(/^- /, "", line)
		} else if (parted)
			print ".PP"
		parted = 0
		if (line != "") print text(line)
		begun = 1
	}
}

function close_code() {
	if (coding) print ".fi"
	coding = 0
}

function heading(title) {
	close_code()
	print ".SS " text(title)
	fresh = 1
}

# One declaration (code may have several lines) with what its comment says.
function item(code, doc, lines, n, i) {
	gsub(/\/\*\*<? /, "/* ", code)
	gsub(/\t/, "    ", code)
	if (doc != "" || !coding) {
		close_code()
		if (!fresh) print ".PP"
		print ".nf"
		coding = 1
	}
	fresh = 0
	n = split(code, lines, "\n")
	for (i = 1; i <= n; i++)
		print text(lines[i])
	if (doc != "") {
		close_code()
		print ".RS 4"
		paragraphs(doc)
		print ".RE"
	}
}

function name_of(code) {
	if (code ~ /^#define/) {
		if (match(code, /^#define [A-Za-z0-9_]+\(/)) return substr(code, 9, RLENGTH - 9)
		return ""
	}
	if (code ~ /^(typedef|(struct|enum) [A-Za-z0-9_]+ \{)/) return ""
	if (match(code, /[A-Za-z0-9_]+\(/)) return substr(code, RSTART, RLENGTH - 1)
	return ""
}

function done(code, doc, name) {
	sub(/\n[ \t]*;$/, ";", code)
	if (names) {
		name = name_of(code)
		if (name != "" && name !~ /_$/ && name ~ /^(ev|EV|bufferevent|BEV|libevent|mkevent)/ && !seen[name]++) print name
	} else
		item(code, doc)
}

function begin_page(about, first, rest, at) {
	at = index(about, "\n")
	first = at ? substr(about, 1, at - 1) : about
	# the first sentence, which may go on in the second line
	if (first !~ /[.:]$/ && at) {
		rest = substr(about, at + 1)
		at = index(rest, "\n")
		first = first " " (at ? substr(rest, 1, at - 1) : rest)
	}
	sub(/\. .*/, "", first)
	sub(/[.:]$/, "", first)
	print ".\\\" Made from " header "; change it there."
	print ".TH " toupper(page) " 3 " date " \"mkevent " version "\" \"Library functions\""
	print ".SH NAME\n" page " \\- " text(first)
	print ".SH SYNOPSIS\n.B #include <" header ">\n.PP\n.nf"
	print "cc program.c $(pkg\\-config \\-\\-cflags \\-\\-libs " library ")\n.fi"
	print ".SH DESCRIPTION"
	paragraphs(about)
}

# ---- Lines ----
{ sub(/\r$/, "") }

in_comment {
	comment = comment "\n" bare($0)
	if ($0 ~ /\*\//) {
		in_comment = 0
		end_comment()
	}
	next
}

function end_comment(title) {
	if (comment ~ /^@file/) {
		sub(/^@file[^\n]*\n+/, "", comment)
		if (!names) begin_page(comment)
		started = 1
	} else if (comment ~ /^@name /) {
		title = comment
		sub(/^@name /, "", title)
		sub(/\n.*/, "", title)
		if (!names) heading(title)
		if (comment ~ /\n[^@\n]/) {
			sub(/^[^\n]*\n/, "", comment)
			sub(/\n@\{$/, "", comment)
			if (!names) paragraphs(comment)
			fresh = 0
		}
	} else if (comment ~ /^-----* /) {
		title = comment
		sub(/^-* /, "", title)
		sub(/ -*$/, "", title)
		sub(/ -*\n/, "\n", title)
		comment = title
		sub(/\n.*/, "", title)
		if (!names && started) heading(title)
		if (sub(/^[^\n]*\n/, "", comment) && comment ~ /[a-z]/) {
			if (!names && started) paragraphs(comment)
			fresh = 0
		}
	} else if (comment ~ /^(@\}|SPDX|clang-format)/) {
		# nothing for a reader
	} else if (is_doc) {
		pending = comment
	} else if (started && !names) {
		close_code()
		if (!fresh) print ".PP"
		fresh = 0
		paragraphs(comment)
	}
	comment = ""
}

!coding_lines && /^\/\*/ {
	is_doc = /^\/\*\*/
	comment = bare($0)
	if ($0 ~ /\*\//)
		end_comment()
	else
		in_comment = 1
	next
}

!started { next }

# a macro that goes on
skip_define {
	skip_define = /\\$/
	next
}

!coding_lines && /^#define / {
	code = $0
	skip_define = code ~ /\\$/
	if (code ~ /_INCLUDED_$/) next
	if (code ~ /^#define [A-Za-z0-9_]+_( |$)/) {
		pending = ""
		next
	}
	trail = ""
	if (match(code, /[ \t]*\/\*\*<.*/)) {
		trail = substr(code, RSTART)
		code = substr(code, 1, RSTART - 1)
		if (trail !~ /\*\//) { # a comment that goes on in the next lines
			while ((getline line) > 0) {
				trail = trail " " bare(line)
				if (line ~ /\*\//) break
			}
			trail = trail " */"
		}
	}
	sub(/[ \t]*\\$/, "", code)
	# of a macro with arguments only its head is for the reader
	if (match(code, /^#define [A-Za-z0-9_]+\([^)]*\)/)) code = substr(code, 1, RLENGTH)
	done(code trail, pending)
	pending = ""
	next
}

/^#/ || /^[ \t]*__attribute__/ || /^EVENT2_[A-Z_]*EXPORT_SYMBOL$/ || /^extern "C"/ { next }
!coding_lines && (/^$/ || /^}$/ || /^;$/) { next }
!coding_lines && /^struct [a-z0-9_]+;/ { pending = ""; next }

{
	code = coding_lines ? code "\n" $0 : $0
	coding_lines++
	line = $0
	gsub(/\/\*.*\*\//, "", line)
	sub(/\/\*.*/, "", line)
	depth += gsub(/\{/, "{", line) - gsub(/\}/, "}", line)
	if (depth == 0 && line ~ /[;}][ \t]*$/) {
		done(code, pending)
		pending = ""
		coding_lines = 0
	}
}

END {
	if (names) exit
	close_code()
	print ".SH SEE ALSO\n.BR mkevent (3),\n.BR mkevent (7)"
}
