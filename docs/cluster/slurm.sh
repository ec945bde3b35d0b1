#!/bin/sh
# slurm.sh WHAT OUT PARTS - the whole lot on Slurm: an array of tasks, then the parts together, then the fleet. Prints the number of the last job. WHAT: see list.sh.
#
# A task whose node dies is begun again by Slurm (--requeue); one that fails for another reason asks for it itself, three times at most. Nothing is lost: a task resumes
# what it had. Options for sbatch (partition, time, memory) come in SBATCH_OPTIONS, those for triage in TRIAGE_OPTIONS.
set -eu
out=$(realpath -m "$2") parts=${3:-1}
here=$(dirname "$(realpath "$0")")
machines=$(sh "$here/list.sh" "$1" "$out")
list=$out/list
mkdir -p "$out/log"
# shellcheck disable=SC2086
submit() { sbatch --parsable --requeue --open-mode=append --output="$out/log/%x-%a.log" ${SBATCH_OPTIONS:-} "$@"; }
again='case $? in 0) ;; *) [ "${SLURM_RESTART_COUNT:-0}" -lt 3 ] && scontrol requeue "${SLURM_ARRAY_JOB_ID:-$SLURM_JOB_ID}${SLURM_ARRAY_TASK_ID:+_$SLURM_ARRAY_TASK_ID}" && sleep 60; exit 1 ;; esac'
script() { printf '#!/bin/sh\n%s\n%s\n' "$1" "$again"; }
tasks=$(script "sh '$here/task.sh' '$list' '$out' $parts \$SLURM_ARRAY_TASK_ID" | submit --job-name=triage --array=0-$((machines * parts - 1)))
joined=$(script "sh '$here/join.sh' '$list' '$out' $parts \$SLURM_ARRAY_TASK_ID" | submit --job-name=join --array=0-$((machines - 1)) --dependency=afterok:"$tasks")
script "sh '$here/fleet.sh' '$out'" | submit --job-name=fleet --dependency=afterok:"$joined"
