#!/bin/sh
# parallel.sh WHAT OUT PARTS [PARALLEL-OPTIONS...] - the same with GNU parallel, here or over ssh: --sshloginfile HOSTS --jobs 1 for other machines that see the same folders.
set -eu
what=$1 out=$(realpath -m "$2") parts=${3:-1}
shift; shift; [ $# -gt 0 ] && shift
here=$(dirname "$(realpath "$0")")
machines=$(sh "$here/list.sh" "$what" "$out")
list=$out/list
for name in TRIAGE TRIAGE_OPTIONS SOURCE_DATE_EPOCH GO_ON; do eval "[ -n \"\${$name:-}\" ]" && set -- --env $name "$@"; done
seq 0 $((machines * parts - 1)) | parallel --retries 4 --halt soon,fail=50% "$@" sh "$here/task.sh" "$list" "$out" "$parts" {}
seq 0 $((machines - 1)) | parallel --retries 4 "$@" sh "$here/join.sh" "$list" "$out" "$parts" {}
sh "$here/fleet.sh" "$out"
