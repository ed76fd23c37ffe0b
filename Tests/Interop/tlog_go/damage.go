package main

import (
	"fmt"
	"sort"
)

// checkDamage flips single bits across all files; whatever is flipped, checkTiles must refuse.
func checkDamage(files folder, vkey string) (string, error) {
	if _, err := checkTiles(files, vkey); err != nil {
		return "", fmt.Errorf("undamaged: %w", err)
	}
	var names []string
	for name := range files {
		names = append(names, name)
	}
	sort.Strings(names)
	flips := 0
	for _, name := range names {
		original := files[name]
		// Every byte of the short files, some hundred of the long ones, the last byte always.
		step := 1 + len(original)/300
		for place := 0; place < len(original); place += step {
			if err := flip(files, name, place, vkey); err != nil {
				return "", err
			}
			flips++
		}
		if err := flip(files, name, len(original)-1, vkey); err != nil {
			return "", err
		}
		flips++
	}
	return fmt.Sprintf("damage: %d flips in %d files refused", flips, len(names)), nil
}

func flip(files folder, name string, place int, vkey string) error {
	original := files[name]
	damaged := append([]byte(nil), original...)
	damaged[place] ^= 1 << (place % 8)
	files[name] = damaged
	_, err := checkTiles(files, vkey)
	files[name] = original
	if err == nil {
		return fmt.Errorf("accepted %s with byte %d flipped", name, place)
	}
	return nil
}
