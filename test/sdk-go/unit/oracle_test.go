package cpex

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/big"
	"testing"
	"unicode/utf8"
)

// oracle reads MessagePack by the letter of the clauses ABI-MP-006 to 013, with
// nothing of the package under test: nil, bool, *big.Int, float64, string,
// []byte, []any and map[string]any.
func oracle(body []byte) (any, error) {
	o := &oracleReader{rest: body}
	value, err := o.value(0)
	if err == nil && len(o.rest) > 0 {
		err = errors.New("something follows")
	}
	return value, err
}

type oracleReader struct{ rest []byte }

func (o *oracleReader) take(n uint64) ([]byte, error) {
	if uint64(len(o.rest)) < n {
		return nil, errors.New("cut")
	}
	taken := o.rest[:n]
	o.rest = o.rest[n:]
	return taken, nil
}

func (o *oracleReader) unsigned(width uint64) (*big.Int, error) {
	taken, err := o.take(width)
	return new(big.Int).SetBytes(taken), err
}

func (o *oracleReader) value(depth int) (any, error) {
	first, err := o.take(1)
	if err != nil {
		return nil, err
	}
	switch b := first[0]; {
	case b <= 0x7f:
		return big.NewInt(int64(b)), nil
	case b <= 0x8f:
		return o.members(int64(b-0x80), depth)
	case b <= 0x9f:
		return o.items(int64(b-0x90), depth)
	case b <= 0xbf:
		return o.text(uint64(b - 0xa0))
	case b == 0xc0:
		return nil, nil
	case b == 0xc2, b == 0xc3:
		return b == 0xc3, nil
	case b >= 0xc4 && b <= 0xc6:
		size, err := o.unsigned(1 << (b - 0xc4))
		if err != nil {
			return nil, err
		}
		return o.take(size.Uint64())
	case b == 0xca, b == 0xcb:
		bits, err := o.unsigned(4 << (b - 0xca))
		if err != nil {
			return nil, err
		}
		value := math.Float64frombits(bits.Uint64())
		if b == 0xca {
			value = float64(math.Float32frombits(uint32(bits.Uint64())))
		}
		if math.IsInf(value, 0) || value != value {
			return nil, errors.New("not finite")
		}
		return value, nil
	case b >= 0xcc && b <= 0xcf:
		return o.unsigned(1 << (b - 0xcc))
	case b >= 0xd0 && b <= 0xd3:
		width := uint64(1) << (b - 0xd0)
		value, err := o.unsigned(width)
		if limit := new(big.Int).Lsh(big.NewInt(1), uint(8*width-1)); value.Cmp(limit) >= 0 {
			value.Sub(value, limit.Lsh(limit, 1))
		}
		return value, err
	case b >= 0xd9 && b <= 0xdb:
		size, err := o.unsigned(1 << (b - 0xd9))
		if err != nil {
			return nil, err
		}
		return o.text(size.Uint64())
	case b == 0xdc, b == 0xdd:
		count, err := o.unsigned(2 << (b - 0xdc))
		if err != nil {
			return nil, err
		}
		return o.items(count.Int64(), depth)
	case b == 0xde, b == 0xdf:
		count, err := o.unsigned(2 << (b - 0xde))
		if err != nil {
			return nil, err
		}
		return o.members(count.Int64(), depth)
	case b >= 0xe0:
		return big.NewInt(int64(b) - 256), nil
	}
	return nil, errors.New("not allowed")
}

func (o *oracleReader) text(size uint64) (any, error) {
	taken, err := o.take(size)
	if err == nil && !utf8.Valid(taken) {
		err = errors.New("not UTF-8")
	}
	return string(taken), err
}

func (o *oracleReader) items(count int64, depth int) (any, error) {
	list := []any{}
	for ; count > 0; count-- {
		item, err := o.value(depth + 1)
		if err != nil {
			return nil, err
		}
		list = append(list, item)
	}
	return list, tooDeep(depth)
}

func (o *oracleReader) members(count int64, depth int) (any, error) {
	members := map[string]any{}
	for ; count > 0; count-- {
		key, err := o.value(depth + 1)
		if err != nil {
			return nil, err
		}
		name, isText := key.(string)
		if _, twice := members[name]; !isText || twice {
			return nil, errors.New("a bad key")
		}
		if members[name], err = o.value(depth + 1); err != nil {
			return nil, err
		}
	}
	return members, tooDeep(depth)
}

func tooDeep(depth int) error {
	if depth >= 128 {
		return errors.New("too deep")
	}
	return nil
}

// plainValue reads JSON with encoding/json.
func plainValue(t *testing.T, text string) any {
	t.Helper()
	decoder := json.NewDecoder(bytes.NewReader([]byte(text)))
	decoder.UseNumber()
	var value any
	if err := decoder.Decode(&value); err != nil {
		t.Fatal(err)
	}
	return value
}

// same compares what JSON says with what MessagePack says: integers of 64 bits
// are the same to the last digit, other numbers the nearest float64, and bytes
// are base64.
func same(plain, packed any) error {
	different := fmt.Errorf("%v (%T) is not %v (%T)", packed, packed, plain, plain)
	switch found := packed.(type) {
	case nil, bool, string:
		if plain != found {
			return different
		}
	case []byte:
		if plain != base64.StdEncoding.EncodeToString(found) {
			return different
		}
	case *big.Int:
		if number, ok := plain.(json.Number); !ok || string(number) != found.String() && !(number == "-0" && found.Sign() == 0) {
			return different
		}
	case float64:
		number, ok := plain.(json.Number)
		if nearest, err := number.Float64(); !ok || err != nil || nearest != found {
			return different
		}
		if whole, ok := new(big.Int).SetString(string(number), 10); ok && (whole.IsUint64() || whole.IsInt64()) {
			if exact, _ := big.NewFloat(found).Int(nil); exact.Cmp(whole) != 0 {
				return different
			}
		}
	case []any:
		list, ok := plain.([]any)
		if !ok || len(list) != len(found) {
			return different
		}
		for i := range list {
			if err := same(list[i], found[i]); err != nil {
				return err
			}
		}
	case map[string]any:
		members, ok := plain.(map[string]any)
		if !ok || len(members) != len(found) {
			return different
		}
		for name := range members {
			if err := same(members[name], found[name]); err != nil {
				return err
			}
		}
	default:
		return different
	}
	return nil
}
