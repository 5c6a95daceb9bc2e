// Command unicode prints what Go's regular expressions know of Unicode: the sets that \p{NAME} stands for, and the
// characters that are the same where case is ignored. crates/gotemplate/src/go/regexp/unicode.txt is its output.
package main

import (
	"bufio"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"unicode"
)

func main() {
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	fmt.Fprintf(out, "# Unicode %s, as Go's regular expressions have it. Made by scripts/generate.\n", unicode.Version)
	printSets(out)
	printOrbits(out)
}

// printSets prints a line for each name that \p{NAME} takes, without case and separators: "set", the name and the
// ranges; "alias", the name and the set's; or "unfolded" and the name of a set that stays as it is where case is
// ignored.
func printSets(out *bufio.Writer) {
	var lines []string
	for _, tables := range []map[string]*unicode.RangeTable{unicode.Categories, unicode.Scripts} {
		for name, table := range tables {
			if isFound(name) {
				lines = append(lines, "set "+key(name)+ranges(table))
				if isUnfolded(name, table) {
					lines = append(lines, "unfolded "+key(name))
				}
			}
		}
	}
	for alias, name := range unicode.CategoryAliases {
		if isFound(alias) && key(alias) != key(name) {
			lines = append(lines, "alias "+key(alias)+" "+key(name))
		}
	}
	slices.Sort(lines)
	fmt.Fprintln(out, strings.Join(lines, "\n"))
}

// isFound tells whether \p{NAME} is valid: Go does not find all of its tables by name.
func isFound(name string) bool {
	_, err := regexp.Compile(`\p{` + name + `}`)
	return err == nil
}

// isUnfolded tells whether (?i)\p{NAME} leaves out characters that differ from a member by case alone.
func isUnfolded(name string, table *unicode.RangeTable) bool {
	pattern := regexp.MustCompile(`(?i)\p{` + name + `}`)
	for r := rune(0); r <= unicode.MaxRune; r++ {
		if isMember(table, unicode.SimpleFold(r)) && !pattern.MatchString(string(r)) {
			return true
		}
	}
	return false
}

func key(name string) string {
	return strings.ToLower(strings.NewReplacer("_", "", "-", "", " ", "").Replace(name))
}

// ranges gives the members of a table as hexadecimal ranges, each behind a space. Surrogates are in no text.
func ranges(table *unicode.RangeTable) string {
	var text strings.Builder
	for low := rune(0); low <= unicode.MaxRune; low++ {
		if !isMember(table, low) {
			continue
		}
		high := low
		for isMember(table, high+1) {
			high++
		}
		if fmt.Fprintf(&text, " %X", low); low < high {
			fmt.Fprintf(&text, "-%X", high)
		}
		low = high
	}
	return text.String()
}

func isMember(table *unicode.RangeTable, r rune) bool {
	return r <= unicode.MaxRune && (r < 0xD800 || r > 0xDFFF) && unicode.Is(table, r)
}

// printOrbits prints a line for each set of two and more characters that differ in case alone.
func printOrbits(out *bufio.Writer) {
	for first := rune(0); first <= unicode.MaxRune; first++ {
		orbit := []rune{first}
		for r := unicode.SimpleFold(first); r != first; r = unicode.SimpleFold(r) {
			orbit = append(orbit, r)
		}
		if len(orbit) > 1 && slices.Min(orbit) == first {
			fmt.Fprint(out, "orbit")
			for _, r := range orbit {
				fmt.Fprintf(out, " %X", r)
			}
			fmt.Fprintln(out)
		}
	}
}
