// Program peers-go measures Go's channels, doing the work that Benchmarks/Peers/README.md describes.
package main

import (
	"fmt"
	"os"
	"runtime"
)

const contender = "go-channel"

func main() {
	arguments := os.Args[1:]
	if len(arguments) == 1 && arguments[0] == "--list" {
		fmt.Printf("%s\t%s\tsuspends\n", contender, runtime.Version())
		return
	}
	line, err := answer(arguments)
	if err != nil {
		fmt.Fprintln(os.Stderr, "peers-go:", err)
		os.Exit(2)
	}
	fmt.Println(line)
}

func answer(arguments []string) (string, error) {
	if len(arguments) < 2 {
		return "", fmt.Errorf("usage: peers-go --list | CONTENDER SHAPE [--key value]...")
	}
	if arguments[0] != contender {
		return "", fmt.Errorf("'%s' is not a contender: --list names them", arguments[0])
	}
	o, err := parse(arguments[1], arguments[2:])
	if err != nil {
		return "", err
	}
	return dispatch(o).json(), nil
}
