package main

func onHook() string { return allowed }
