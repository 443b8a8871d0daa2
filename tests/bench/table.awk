# SPDX-License-Identifier: BSD-3-Clause
# The table of a bench: awk -f table.awk [-v markdown=1] rows bench.tsv. Medians; a ratio is the median of the ratios of
# each round, in which the two ran one after the other.
BEGIN { FS = "\t" }
FNR == NR && /^#/ { next }
FNR == NR { lines[++line_count] = $0; next }
/^# / { machine = substr($0, 3) }
NF == 5 {
	value[$1, $2, $3] = $4
	unit[$1] = $5
	if ($3 + 0 > rounds[$1, $2] + 0) rounds[$1, $2] = $3
}

function median(list, n,    i, j, kept) {
	if (n == 0) return ""
	for (i = 2; i <= n; i++) {
		kept = list[i]
		for (j = i - 1; j >= 1 && list[j] > kept; j--) list[j + 1] = list[j]
		list[j + 1] = kept
	}
	return n % 2 ? list[(n + 1) / 2] : (list[n / 2] + list[n / 2 + 1]) / 2
}

function middle(row, who,    r, n, list) {
	for (r = 1; r <= rounds[row, who]; r++)
		if ((row, who, r) in value) list[++n] = value[row, who, r] + 0
	return median(list, n)
}

# The median over the rounds of one figure divided by another.
function ratio(row, who, row2, who2,    r, n, list) {
	for (r = 1; r <= rounds[row, who]; r++)
		if ((row, who, r) in value && value[row2, who2, r] + 0 > 0)
			list[++n] = value[row, who, r] / value[row2, who2, r]
	return median(list, n)
}

function number(x) {
	if (x == "") return "-"
	if (x >= 10000) return sprintf("%.0f", x)
	if (x >= 100) return sprintf("%.1f", x)
	return sprintf("%.2f", x)
}

function figure(x) { return x == "" ? "-" : sprintf(x < 0.1 ? "%.3f" : "%.2f", x) }

function counted(row) { return unit[row] == "each" || unit[row] == "bytes" }

# Beside libevent's figure the others stand as ratios; counts stand as they are.
function beside(row, who) { return unit[row] == "each" ? number(middle(row, who)) : figure(ratio(row, who, row, "libevent")) }

function verdict(kind, goal, got) {
	if (kind == "info" || goal == "") return ""
	if (got == "") return "not measured"
	judged++
	if (kind == "rate" || kind == "gain" ? got >= goal : got <= goal) { met++; return "met" }
	return "missed"
}

function emit(a, b, c, d, e, f, g, h, i) {
	if (markdown)
		printf "| %s | %s | %s | %s | %s | %s | %s | %s | %s |\n", a, b, c, d, e, f, g, h, i
	else
		printf "%-52.52s %12s %12s %7s %7s %7s %7s %8s %s\n", a, b, c, d, e, f, g, h, i
}

function heading(title, last) {
	if (title == last) return
	if (markdown) printf "\n### %s\n\n", title
	else printf "\n"
	emit(markdown ? "work" : title, "libevent", "ours", "ratio", "libev", "libuv", "bare", "goal", "")
	if (markdown) print "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | --- |"
}

function show(row, title, kind, goal,    pair, got, sign, with_unit) {
	sign = kind == "rate" || kind == "gain" ? ">= " : "<= "
	if (kind == "between" || kind == "gain") {
		split(row, pair, "/")
		got = ratio(pair[1], "mkevent", pair[2], "mkevent")
		if (got == "") return
		emit(title, figure(ratio(pair[1], "libevent", pair[2], "libevent")), figure(got), "-",
			figure(ratio(pair[1], "libev", pair[2], "libev")), figure(ratio(pair[1], "libuv", pair[2], "libuv")),
			figure(ratio(pair[1], "bare", pair[2], "bare")), sign goal, verdict(kind, goal, got))
		return
	}
	if (middle(row, "mkevent") == "") return
	with_unit = unit[row] == "each" ? "" : " " unit[row]
	got = kind == "count" ? middle(row, "mkevent") : \
		kind == "rate" ? ratio(row, "libevent", row, "mkevent") : ratio(row, "mkevent", row, "libevent")
	if (kind == "rate")
		emit(title, number(middle(row, "libevent")) with_unit, number(middle(row, "mkevent")) with_unit, figure(got), "-", "-",
			figure(ratio(row, "libevent", row, "bare")), sign goal, verdict(kind, goal, got))
	else
		emit(title, number(middle(row, "libevent")) with_unit, number(middle(row, "mkevent")) with_unit,
			figure(ratio(row, "mkevent", row, "libevent")), beside(row, "libev"), beside(row, "libuv"), beside(row, "bare"),
			kind == "info" ? "" : sign goal, verdict(kind, goal, got))
}

# A table of its own: one figure with something else in place, divided by the same figure without.
function show_extra(title, what, rows_list, who, plain,    list, n, i, a) {
	n = split(rows_list, list, " ")
	for (i = 1; i <= n; i++) {
		a = ratio(list[i], who, list[i], plain)
		if (a == "") continue
		if (!(title in extra)) {
			extra[title] = 1
			if (markdown) printf "\n### %s\n\n| figure | without | %s | ratio |\n| --- | ---: | ---: | ---: |\n", title, what
			else printf "\n%-32s %12s %12s %7s\n", title, "without", what, "ratio"
		}
		printf markdown ? "| %s | %s ns | %s ns | %s |\n" : "%-32s %12s %12s %7s\n", list[i], number(middle(list[i], plain)), \
			number(middle(list[i], who)), figure(a)
	}
}

END {
	if (machine) print markdown ? "Measured on: " machine "." : machine
	for (i = 1; i <= line_count; i++) {
		n = split(lines[i], field, "\t")
		if (n == 1) { part = field[1]; continue }
		split(field[1], pair, "/")
		if (middle(pair[1], "mkevent") == "") continue
		heading(part, last)
		last = part
		show(field[1], field[2], field[3], field[4])
	}
	show_extra("io_uring in place of epoll", "uring",
		"turn byte_hop ready64 stop_start_fd readd_oneshot bev_echo_64 bev_echo_64k bev_sink_kib", "uring", "mkevent")
	if (judged) printf "\n%d of %d goals met.\n", met, judged
}
