#!/bin/sh
# guided.sh - guided mode on a real terminal: tmux types and reads the screen. A made machine; 80x24 and 40x15, four languages, plain text, no UTF-8.
. "$(dirname "$0")/common.sh.inc"
make_image town || exit 1
machine=$tmp/machine place=$tmp/place
sh tests/guided_system.sh "$machine" "$place" "$tmp/town.img" || exit 1
socket=triage-guided-$$
term() { tmux -L "$socket" -f /dev/null "$@"; }
trap 'term kill-server 2> /dev/null; chmod -R u+w "$tmp" 2> /dev/null; rm -rf "$tmp"' EXIT
# begin WIDTH HEIGHT ENVIRONMENT ARGUMENTS...: the program in a terminal of its own; it stays open when it has ended
begin() {
	w=$1 h=$2 env=$3; shift 3
	term kill-server 2> /dev/null
	printf 'env %s TERM=screen "%s" guided --system "%s" %s; echo "ended $?"; sleep 600\n' "$env" "$TRIAGE" "$machine" "$*" > "$tmp/go"
	# a server that is ending refuses
	for _ in $(seq 1 50); do
		term -u new-session -d -x "$w" -y "$h" "sh $tmp/go" 2> /dev/null && return 0
		sleep 0.1
	done
}
screen() { term capture-pane -p; }
# sees TEXT: waits for it
sees() {
	for _ in $(seq 1 300); do
		screen > "$tmp/screen" 2> /dev/null
		grep -qF -- "$1" "$tmp/screen" && return 0
		sleep 0.1
	done
	sed 's/^/# /' "$tmp/screen"
	return 1
}
keys() { for k; do term send-keys "$k"; done; }
type_in() { term send-keys -l "$1"; }
# step TEXT KEY...: when the text stands there, press the keys
step() { t=$1; shift; sees "$t" || { bad "the page with $t is shown"; return 1; }; keys "$@"; }

# a whole examination, in Dutch, 80x24
begin 80 24 LC_ALL=C.UTF-8
step "Nederlands" Enter
step "[ ] sda" Space
sees "[*] sda" && ok "the space bar chooses a disk" || bad "the space bar chooses a disk"
keys Down
sees "de stick van triage (TRIAGE LIVE)" && ok "the stick says why it is not offered" || bad "the stick says why it is not offered"
keys Space
sleep 0.5
screen > "$tmp/screen"
grep -q "\[\*\] sdb" "$tmp/screen" && bad "the stick cannot be chosen" || ok "the stick cannot be chosen"
keys Enter
step "wordt gelezen" Enter
step "$place  (" Enter
sees "Nummer zaak"
type_in "2026/7"; keys Tab Tab; type_in "J. Peeters"; keys Enter Enter Enter Enter
step "Hoe grondig" Enter
step "<Beginnen>" Enter
sees "Schrijf dit zegel over" && ok "the result is shown, in Dutch" || bad "the result is shown, in Dutch"
sees "aangevallen" && ok "with the verdict" || bad "with the verdict"
bundle=$(ls -d "$place"/case-sda-*)
seal=$(sha256sum < "$bundle/tagmanifest-sha256.txt" | cut -c1-16 | sed 's/..../& /g; s/ $//')
sees "$seal" && ok "and the seal that is to be written down" || bad "and the seal that is to be written down" "$seal"
keys Enter
sees "ended 0" && ok "it ends with 0 and leaves the terminal as it was" || bad "it ends with 0"
check "the bundle verifies" "$TRIAGE" verify -q "$bundle"
same "what was typed stands in it" "$(grep -h -e '^External-Identifier: 2026/7' -e 'J. Peeters' "$bundle/bag-info.txt" | wc -l)" 2
rm -rf "$bundle"

# every page can be gone back to, on the smallest screen, in French; nothing is left behind
begin 40 15 LC_ALL=C.UTF-8
step "Nederlands" Down Enter
step "[ ] sda" Space Enter
step "sera lu" Enter
step "Nécessaire" Enter
step "N° de dossier" Escape
step "Nécessaire" Escape
step "sera lu" Escape
sees "[*] sda" && ok "Escape goes back, page by page, and answers stay" || bad "Escape goes back"
check "nothing runs over the edge of 40 columns" awk 'length($0) > 120 { bad = 1 } END { exit bad }' "$tmp/screen"
keys C-c
step "Arrêter ?" Down Enter
sees "ended 130" && ok "Ctrl-C asks, and leaves" || bad "Ctrl-C asks, and leaves"
same "and nothing was written" "$(ls -A "$place" | wc -l)" 0

# Ctrl-C in the middle of a run, in German; then it is offered, and ends
begin 80 24 LC_ALL=C.UTF-8 --lang de
step "[ ] sda" Space Enter
step "wird gelesen" Enter
step "$place  (" Enter
step "Fallnummer" Enter Enter Enter Enter Enter Enter
step "Wie gründlich" Enter
step "<Beginnen>" Enter
for _ in $(seq 1 200); do [ -s "$(echo "$place"/case-*/work/journal.db)" ] && break; sleep 0.05; done
sleep 0.5
keys C-c
sees "Angehalten" && ok "Ctrl-C stops a run cleanly" || bad "Ctrl-C stops a run cleanly"
keys Enter
sees "ended 130"
begin 80 24 LC_ALL=C.UTF-8 --lang de
sees "Fortsetzen: case-sda" && ok "an interrupted run is offered" || bad "an interrupted run is offered"
keys Enter
sees "Schreiben Sie dieses Siegel" && ok "and comes to its end" || bad "and comes to its end"
check "and the bundle verifies" "$TRIAGE" verify -q "$(ls -d "$place"/case-sda-*)"
rm -rf "$place"/case-*

# line by line, without UTF-8, in English: the same logic
begin 80 24 LC_ALL=C --lang en --plain
sees "Numbers to switch on or off"
type_in "2"; keys Enter; sees "Cannot be chosen: this is the stick" && ok "plain: a refused disk is refused" || bad "plain: a refused disk is refused"
type_in "q"; keys Enter
step "Do not stop" 2 Enter
sees "ended 130" && ok "plain: q leaves" || bad "plain: q leaves"
printf '1\n\n\n1\n\n\n\n\n\n\n\n\n\n' | env LC_ALL=C TERM=dumb "$TRIAGE" guided --lang fr --system "$machine" > "$tmp/plain" 2> "$tmp/plain.err"
same "plain: a whole examination by lines of text" "$? $(ls -d "$place"/case-sda-* | wc -l)" "0 1"
check "without a byte that is not ASCII" awk '/[^ -~\t]/ { exit 1 }' "$tmp/plain"
check "with accents written plainly" grep -q "Choisissez les disques de l'ordinateur touche" "$tmp/plain"

# nothing to choose
mkdir -p "$tmp/none/proc/self"; : > "$tmp/none/proc/self/mountinfo"
printf 'q\n2\n' | env LC_ALL=C "$TRIAGE" guided --plain --lang nl --system "$tmp/none" > "$tmp/plain" 2>&1
check "no disk at all: it says what to look at" grep -q "geen schijf gevonden" "$tmp/plain"
