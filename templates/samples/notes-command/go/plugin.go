package main

import (
	"bytes"
	"encoding/json"
	"fmt"

	"sample-plugin/internal/cpex"
)

func init() {
	cpex.OnConfigure(func(ctx *cpex.Call) error { return ctx.ConfigStrict(&struct{}{}) })
	// The library stays loaded; the next host may have another store.
	cpex.OnShutdown(func(*cpex.Call) error { given.Store(0); return nil })
	cpex.Command(notesCommand, onNotes)
}

var notesCommand = cpex.CommandSpec{
	Verb:  "notes",
	About: "Keeps short notes.",
	Subcommands: []cpex.CommandSpec{
		{
			Verb:  "add",
			About: "Adds a note.",
			Args: []cpex.ArgSpec{
				cpex.Positional("text", cpex.ValueTypeString, "What to note."),
				cpex.Option("tag", cpex.ValueTypeString, "A word to find it by."),
			},
		},
		{
			Verb:  "list",
			About: "Lists the notes.",
			Args: []cpex.ArgSpec{
				cpex.Option("tag", cpex.ValueTypeString, "List those with this tag only."),
				cpex.Option("limit", cpex.ValueTypeInt, "List no more than this many."),
				cpex.Flag("json", "Print JSON."),
			},
		},
		{
			Verb:  "remove",
			About: "Removes a note.",
			Args:  []cpex.ArgSpec{cpex.Positional("id", cpex.ValueTypeInt, "Number of the note.")},
		},
	},
}

// onNotes runs "notes add", "notes list" and "notes remove".
func onNotes(ctx *cpex.CommandCall) (cpex.Exit, error) {
	store := notes{ctx.Host().KV(cpex.KvScopePlugin)}
	verb := ctx.Path[len(ctx.Path)-1]
	switch verb {
	case "add":
		return add(ctx, store)
	case "list":
		return list(ctx, store)
	case "remove":
		return remove(ctx, store)
	}
	return cpex.Failure(2, "say what to do: notes add, notes list or notes remove"), nil
}

func add(ctx *cpex.CommandCall, store notes) (cpex.Exit, error) {
	text := ctx.String("text")
	if text == "" {
		return cpex.Failure(2, "the text of a note is empty"), nil
	}
	id, err := store.add(note{Text: text, Tag: ctx.String("tag")})
	if err != nil {
		return cpex.Exit{}, err
	}
	return cpex.Success(), ctx.Printf("added %d\n", id)
}

func list(ctx *cpex.CommandCall, store notes) (cpex.Exit, error) {
	limit := int64(-1)
	if ctx.Given("limit") {
		if limit = ctx.Int("limit"); limit < 0 {
			return cpex.Failure(2, "a limit is not negative"), nil
		}
	}
	all, err := store.list()
	if err != nil {
		return cpex.Exit{}, err
	}
	listed := []note{}
	for _, one := range all {
		if int64(len(listed)) == limit {
			break
		}
		if !ctx.Given("tag") || one.Tag == ctx.String("tag") {
			listed = append(listed, one)
		}
	}
	return cpex.Success(), show(ctx, listed)
}

// show prints notes as JSON on one line, or a line for each.
func show(ctx *cpex.CommandCall, listed []note) error {
	var out bytes.Buffer
	if ctx.Bool("json") {
		encoder := json.NewEncoder(&out)
		encoder.SetEscapeHTML(false)
		if err := encoder.Encode(listed); err != nil {
			return err
		}
	} else {
		for _, one := range listed {
			tag := one.Tag
			if tag == "" {
				tag = "-"
			}
			fmt.Fprintf(&out, "%d\t%s\t%s\n", one.ID, tag, one.Text)
		}
	}
	_, err := out.WriteTo(ctx.Stdout())
	return err
}

func remove(ctx *cpex.CommandCall, store notes) (cpex.Exit, error) {
	id := ctx.Int("id")
	removed, err := store.remove(id)
	switch {
	case err != nil:
		return cpex.Exit{}, err
	case !removed:
		return cpex.Failure(1, fmt.Sprintf("there is no note %d", id)), nil
	}
	return cpex.Success(), nil
}
