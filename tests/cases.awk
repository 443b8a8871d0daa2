# SPDX-License-Identifier: BSD-3-Clause
# The log of a test program in, one line a case out: PASS, FAIL or SKIP, and the case's name. -v status: how it ended.
# A program without cases is the one case "all"; one that ended too early failed in the case that it was in.
/^\[ RUN      \] / { current = substr($0, 14); next }
current != "" && /\[       OK \] / && index($0, current) { print "PASS", current; current = ""; cases++; next }
current != "" && /\[  SKIPPED \] / && index($0, current) { print "SKIP", current; current = ""; cases++; next }
current != "" && /\[  FAILED  \] / && index($0, current) { print "FAIL", current; current = ""; cases++; bad++; next }
END {
	if (current == "") current = "all"
	if (status == 77 && !bad) print "SKIP all"
	else if (status == 124 || status == 137) print "FAIL", current, "(took too long)"
	else if (status != 0 && (!bad || current != "all")) print "FAIL", current, "(exit status " status ")"
	else if (!cases) print "PASS all"
}
