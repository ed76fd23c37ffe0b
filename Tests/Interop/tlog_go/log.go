package main

import (
	"fmt"
	"io"
	"net/http"
	"strings"

	"golang.org/x/mod/sumdb/tlog"
)

// readLog fetches what checkTiles needs from a running log: the checkpoint, and every tile and
// entry bundle of its tree.
func readLog(url, vkey string) (folder, error) {
	files := folder{}
	fetch := func(name, mediaType, caching string) error {
		answer, err := http.Get(strings.TrimSuffix(url, "/") + "/" + name)
		if err != nil {
			return err
		}
		defer answer.Body.Close()
		if answer.StatusCode != http.StatusOK {
			return fmt.Errorf("%s: %s", name, answer.Status)
		}
		if found := answer.Header.Get("Content-Type"); !strings.HasPrefix(found, mediaType) {
			return fmt.Errorf("%s: content type %q", name, found)
		}
		if found := answer.Header.Get("Cache-Control"); !strings.Contains(found, caching) {
			return fmt.Errorf("%s: cache control %q", name, found)
		}
		files[name], err = io.ReadAll(answer.Body)
		return err
	}
	if err := fetch("checkpoint", "text/plain", "no-cache"); err != nil {
		return nil, err
	}
	tree, err := openCheckpoint(files["checkpoint"], vkey)
	if err != nil {
		return nil, err
	}
	const width = 1 << tileHeight
	level, count := 0, tree.N
	for count > 0 {
		for number := int64(0); number*width < count; number++ {
			tile := tlog.Tile{H: tileHeight, L: level, N: number, W: width}
			if rest := count - number*width; rest < width {
				tile.W = int(rest)
			}
			if err := fetch(path(tile), "application/octet-stream", "immutable"); err != nil {
				return nil, err
			}
			if level == 0 {
				err := fetch(bundlePath(number, tile.W), "application/octet-stream", "immutable")
				if err != nil {
					return nil, err
				}
			}
		}
		level, count = level+1, count/width
	}
	return files, nil
}
