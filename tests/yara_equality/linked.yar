/* Rules that know each other: they must stay together, private ones must not show, and counts of rules must hold. */
import "pe"
private rule is_mz { condition: uint16(0) == 0x5A4D }
private rule is_small { condition: filesize < 20KB }
rule linked_mz { strings: $a = "This program" condition: is_mz and $a }
rule linked_small_text { strings: $a = "include" condition: is_small and not is_mz and $a }
rule word_one { strings: $a = "configure" condition: $a }
rule word_two { strings: $a = "install" condition: $a }
rule words { condition: 2 of (word_*) }
rule any_words { condition: any of (word_one, word_two, linked_*) and filesize < 1MB }
rule not_linked { strings: $a = "readme" nocase condition: $a and filesize < 8KB }
rule pe_linked { condition: linked_mz or (pe.is_pe and words) }
