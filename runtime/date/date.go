// Package date reads and writes dates: days since 1970-01-01, as ISO 8601
// writes them, year-month-day. The compiler and the runtime read them alike; it
// imports nothing but the standard library.
package date

import (
	"fmt"
	"time"
)

// First and Last are the days of 0001-01-01 and 9999-12-31, between
// which ISO 8601 needs no agreement, and programs read dates.
const (
	First = -719162
	Last  = 2932896
)

const daySeconds = 24 * 60 * 60

// Parse reads `2024-02-29`; ok is false for what is no date.
func Parse(text string) (days int64, ok bool) {
	t, err := time.Parse(time.DateOnly, text)
	if err != nil || t.Year() < 1 {
		return 0, false
	}
	return t.Unix() / daySeconds, true
}

// Text writes a date. Years outside 0 to 9999 get a sign, as ISO 8601 has
// it.
func Text(days int64) string {
	t := time.Unix(days*daySeconds, 0).UTC()
	if y := t.Year(); y < 0 || y > 9999 {
		return fmt.Sprintf("%+05d-%02d-%02d", y, t.Month(), t.Day())
	}
	return t.Format(time.DateOnly)
}
