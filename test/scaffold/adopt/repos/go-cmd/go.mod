module github.com/tag-team/cpa-header-tagger/v2

go 1.21
