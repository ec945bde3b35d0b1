#!/bin/sh
# install.sh - what make install puts where, that it runs from there, and what the shell completes.
. "$(dirname "$0")/common.sh.inc"
mkdir -p "$tmp/root/usr/bin" "$tmp/root/usr/share/triage"
make -n install DESTDIR="$tmp/root" PREFIX=/usr | grep -E '^(install|cp|[[:space:]]+"?/)' > "$tmp/steps"
sed -e :a -e '/\\$/N; s/\\\n//; ta' "$tmp/steps" > "$tmp/script"
check "the steps of make install" sh -e "$tmp/script"
same "what is where" "$(cd "$tmp/root/usr" && find . -type f ! -path './share/triage/rules/*' ! -path './share/doc/*' | sort | tr '\n' ' ')" \
	"./bin/triage ./share/bash-completion/completions/triage ./share/man/man1/triage.1 ./share/man/man5/triage-bundle.5 ./share/man/man5/triage-rules.5 "
doc=$tmp/root/usr/share/doc/triage
same "documents: what lies beside guides and scripts of a cluster" "$(cd "$doc" && find . -type f ! -name '*.png' ! -name 'guide-*.md' ! -path './cluster/*' | sort | tr '\n' ' ')" \
	"./CHANGELOG.md ./SECURITY.md ./import-opensearch.sh ./live-run.log ./live.md ./print-guide.py ./scale.md ./town-example.yml "
same "the scripts of a cluster are all there" "$(cd "$doc/cluster" && sha256sum -- *)" "$(cd docs/cluster && sha256sum -- *)"
lost=$(cd "$doc" && cat guide-nl.md guide-en.md live.md | grep -o '](\([^)#:]*\))' | tr -d '()]' | sort -u | while read -r f; do [ -s "$f" ] || echo "$f"; done)
same "guides find their pictures and each other where they are installed" "$lost" ""
same "all rules are there" "$(cd "$tmp/root/usr/share/triage/rules" && find . -type f | sort | sha256sum)" "$(cd rules && find . -type f | sort | sha256sum)"
check "the program finds them" "$tmp/root/usr/bin/triage" rules check "$tmp/root/usr/share/triage/rules/yara/tests_eicar.yar"
completes() { PATH=$tmp/root/usr/bin:$PATH bash -c '. "$1"; COMP_WORDS=(triage "${@:2}"); COMP_CWORD=$(($# - 1)); _triage; printf "%s " "${COMPREPLY[@]}"' bash "$tmp/root/usr/share/bash-completion/completions/triage" "$@"; }
cd "$tmp/root" || exit 1
same "completion: a command" "$(completes tim)" "timestamp "
same "completion: an option of the command" "$(completes report --la)" "--lang "
same "completion: a word" "$(completes run --profile q)" "quick "
same "completion: a file" "$(completes run u)" "usr "
for page in triage-bundle.5 triage-rules.5; do
	same "$page has no mistakes of form" "$(LC_ALL=C.UTF-8 MANROFFSEQ='' man --warnings -l "${TRIAGE_ROOT:-.}/docs/$page" 2>&1 > /dev/null)" ""
done
