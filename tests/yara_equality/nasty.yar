/*
 * Rules that are hard to take apart: strings that look like syntax, conditions whose needs are easy to get wrong.
 * tests/yara_equality.sh compares the matches of the grouped rules with those of the yara program.
 */
import "pe"
import "elf"
import "math"
// rule not_a_rule { condition: true }
/* rule not_a_rule_either { condition: true } */

rule looks_like_syntax : first second
{
	meta:
		description = "} condition: true } rule x { \" // /* "
		score = 85
	strings:
		$a = "condition:" nocase
		$b = "} rule fake { condition: true }"
		$c = "// no comment"
		$d = "/* no comment" wide ascii
		$e = "quote \" inside \\"
		$f = { 7F 45 /* } condition: */ 4C // } rule
			46 }
		$g = /rule \w{1,20}\s*\{/ nocase
		$h = /https?:\/\/[^\s"]{4,60}/
		$i = { 65 78 65 [0-8] 63 ( 75 | 6F ) ?? }
		$j = /[\/\\"{}]{3}/
	condition:
		any of them
}
rule one_line { strings: $a = { 4D 5A } condition: $a at 0 }
rule mz_and_size { strings: $a = "DOS mode" condition: uint16(0) == 0x5A4D and filesize < 200KB and $a }
rule mz_big_endian { condition: uint16be(0) == 0x4D5A and filesize <= 4096 }
rule mz_bytes { condition: uint8(0) == 0x4D and uint8(1) == 0x5A }
rule mz_in_or { strings: $a = "GNU" condition: uint16(0) == 0x5A4D or $a }
rule mz_or_elf { condition: ( uint16(0) == 0x5A4D or uint32(0) == 0x464C457F ) and filesize < 1MB }
rule elf_reversed { condition: 0x464C457F == uint32(0) and 300KB > filesize }
rule elf_not { strings: $a = "lib" condition: not uint32(0) == 0x464C457F and $a and filesize < 64KB }
rule not_small { condition: not filesize < 100KB }
rule not_and { condition: not (uint16(0) == 0x5A4D and filesize < 1KB) and filesize < 300 }
rule size_or { strings: $a = "copyright" nocase condition: (filesize < 2KB or #a > 3) and $a }
rule size_equal { condition: filesize == 0 }
rule size_equal_one { condition: filesize == 1 }
rule size_sum { condition: filesize < 1KB + 1KB }
rule size_less_zero { condition: filesize < 0 }
rule nested { condition: ((((uint16(0) == 0x5A4D) and (filesize < 1MB)) or ((uint32be(0) == 0x7F454C46) and ((filesize < 40KB))))) }
rule header_sum { condition: uint16(0) + 1 == 0x5A4E }
rule header_mask { condition: uint16(0) & 0xFFFF == 0x5A4D and filesize < 50KB }
rule header_hash_bang { strings: $a = "python" condition: uint16(0) == 0x2123 and $a }
rule header_zip { condition: uint32(0) == 0x04034B50 }
rule header_gzip { condition: uint16be(0) == 0x1F8B and uint8(2) == 8 }
rule header_negative { condition: int16(0) == 0x5A4D and int32be(0) != 1 }
rule header_too_large { condition: uint8(0) == 0x4D5A }
rule for_any { strings: $a1 = "error" $a2 = "usage" $a3 = "version" condition: for any of ($a*) : ( # > 2 and @ < 5000 ) and filesize < 150KB }
rule for_all_numbers { condition: for all i in (0..3) : ( uint8(i) == uint8(i + 4) ) and filesize > 8 and filesize < 3MB }
rule of_in_range { strings: $a = "a" $b = "e" condition: any of them in (0..2) and uint16(0) != 0x5A4D and filesize < 3KB }
rule counts { strings: $a = "the" nocase fullword condition: #a in (0..2000) > 20 or #a > 500 }
rule private_string { strings: $a = "main" private $b = "return" condition: $a and #b > 5 and filesize < 60KB }
rule only_private_string { strings: $a = "stdio" private condition: $a }
rule anonymous { strings: $ = "malloc" $ = "free" condition: all of them }
rule wide_and_xor { strings: $a = "This program" xor(1-255) $b = "Microsoft" wide nocase $c = "password" base64 condition: any of them }
rule chained { strings: $a = { 2E 74 65 78 74 [-] 2E 64 61 74 61 } $b = { 47 4E 55 00 [200-4000] 6C 69 62 } condition: any of them }
rule greedy { strings: $a = /ab?c.{0,40}z/ $b = /[a-z]{4,}ing\b/ condition: $a or #b > 50 }
rule at_offset { strings: $a = "ELF" condition: $a at 1 and filesize < 100KB }
rule uses_pe { condition: pe.is_pe and pe.number_of_sections > 0 }
rule uses_pe_or_size { condition: pe.is_pe or filesize == 3 }
rule uses_pe_not { strings: $a = "zlib" condition: not pe.is_pe and $a }
rule uses_elf { condition: elf.type == elf.ET_DYN and filesize < 90KB }
rule uses_math { condition: math.entropy(0, filesize) > 7.5 and filesize < 200KB }
rule defined_word { condition: defined uint16(100000) and filesize < 101KB }
rule number_forms { condition: uint16(0) == 0o55115 and filesize < 0x100000 }
rule dots { condition: for any i in (1 .. 3) : ( uint8(i) == 0x45 ) and filesize < 1MB }
rule percent { strings: $a = "if" $b = "else" $c = "while" $d = "for" condition: 75% of them and filesize < 20KB }
rule matches_text { condition: "rule { condition: }" matches /cond[i]tion:\s\}/ and filesize < 100 }
rule contains_text { condition: "uint16(0) == 0x5A4D and" contains "and" and filesize < 90 }
rule differs_mz { strings: $a = "GNU" condition: uint16(0) != 0x5A4D and filesize < 300KB and $a }
rule differs_mz_or { strings: $a = "GNU" condition: (uint16(0) != 0x5A4D or filesize > 100) and $a }
rule differs_both { strings: $a = "the" condition: 0x5A4D != uint16(0) and uint32(0) != 0x464C457F and #a > 3 }
rule differs_half_elf { condition: uint16(0) != 0x457F and filesize < 50 }
rule differs_long { condition: uint32(0) != 0x00905A4D and filesize < 20KB }
rule half_elf { condition: uint16(0) == 0x457F and filesize < 2MB }
rule first_m { condition: uint8(0) == 0x4D and filesize < 1MB }
rule long_mz { condition: uint32(0) == 0x00905A4D }
rule mz_or_zip { condition: uint16(0) == 0x5A4D or uint16(0) == 0x4B50 }
rule pe_call { condition: pe.exports("DllMain") or pe.imphash() == "00000000000000000000000000000000" or pe.number_of_sections < 2 }
rule pe_mixed { strings: $a = "install" condition: (pe.machine == pe.MACHINE_I386 and filesize < 1MB) or #a > 40 }
rule elf_sections { condition: elf.number_of_sections > 20 and filesize < 100KB }
