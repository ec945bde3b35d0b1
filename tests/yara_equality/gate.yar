// rules at the edges of what the gate understands: each must match exactly as in YARA
import "pe"
import "elf"
import "math"

rule count_above { strings: $a = "the" $b = "of" condition: #a > #b }
rule count_sum { strings: $a = "if" $b = "else" $c = "import" condition: (#a + #b) > (#c + 2) }
rule place_order { strings: $a = "the" $b = "and" condition: @a < @b }
rule place_value { strings: $a = "GNU" condition: uint8(@a + 4) != 0 }
rule length_value { strings: $a = /li[a-z]{1,12}e/ condition: !a[1] > 6 }
rule loop_body { strings: $a = "license" nocase $b = "warranty" nocase condition: for any i in (1..2) : ( $a and @b[i] > 10 ) }
rule loop_strings { strings: $a = "the" $b = "a" fullword condition: for any of them : ( @ < 100 ) }
rule loop_sections { condition: for any i in (0..elf.number_of_sections - 1) : ( elf.sections[i].name == ".text" ) }
rule undefined_or { strings: $a = "python" condition: pe.number_of_sections > 2 or $a }
rule negated { strings: $a = "the" condition: not $a and filesize > 10 }
rule none_of_much { strings: $a = "zzzzyx" $b = "qqqqxy" condition: not any of them and uint16(0) == 0x457f }
rule percent { strings: $a = "the" $b = "and" $c = "qqxxzz" condition: 60% of them }
rule short_strings { strings: $a = "<?" $b = "?>" condition: any of them }
rule xored { strings: $a = "This program" xor condition: $a }
rule xored_wide { strings: $a = "version" xor wide ascii condition: $a }
rule encoded { strings: $a = "the license" base64 condition: $a }
rule wide_text { strings: $a = "version" wide nocase condition: $a }
rule wide_regex { strings: $a = /ver[s5]ion [a-z]/ wide ascii nocase condition: $a }
rule hex_gaps { strings: $a = { 7f 45 4c 46 02 [4-20] ( 03 | 02 ) 00 3e } condition: $a }
rule hex_chain { strings: $a = { 47 4e 55 [10-4000] 65 6c 66 } condition: $a }
rule alternatives { strings: $a = /(linux|windows|solaris) kernel/ condition: $a }
rule optional { strings: $a = /colou?r/ $b = /https?:\/\/[a-z]+\.org/ condition: any of them }
rule anchored { strings: $a = /^#!\/(usr\/)?bin\/[a-z]+/ condition: $a at 0 }
rule range { strings: $a = "ELF" condition: $a in (0..10) }
rule called_low { strings: $a = "import os" condition: $a }
rule caller { condition: called_low and filesize < 1MB }
rule entropy { strings: $a = "GCC: (" condition: $a and math.entropy(0, filesize) > 1.0 }
rule many_same { strings: $a = "return" $b = "return" wide $c = /return [0-9];/ condition: 1 of them }
