package api

import (
	"fmt"
	"strconv"
)

// WriteCourse writes a way over a grid, one cell a step, as RobotCourse.Moves tells it.
//
// An error names the step that leads neither to a neighbour nor nowhere.
func WriteCourse(width int, cells []int32) (string, error) {
	var out []byte
	var last byte
	times := 0
	end := func() {
		if times > 0 {
			out = append(out, last)
		}
		if times > 1 {
			out = strconv.AppendInt(out, int64(times), 10)
		}
	}
	for k := 1; k < len(cells); k++ {
		letter, ok := courseLetter(int32(width), cells[k-1], cells[k])
		if !ok {
			return "", fmt.Errorf("step %d leads from cell %d to %d, which is no neighbour on a floor %d cells wide", k, cells[k-1], cells[k], width)
		}
		if letter != last {
			end()
			last, times = letter, 0
		}
		times++
	}
	end()
	return string(out), nil
}

func courseLetter(width, from, to int32) (byte, bool) {
	switch d := to - from; {
	case d == 0:
		return '.', true
	case d == 1 && to%width != 0:
		return 'e', true
	case d == -1 && from%width != 0:
		return 'w', true
	case d == width:
		return 's', true
	case d == -width:
		return 'n', true
	}
	return 0, false
}

// maxCourseSteps bounds the steps of one course that Cells reads.
const maxCourseSteps = 1 << 24

// Cells reads where a robot is before each step of its course, and after the last. width is the floor's.
//
// An error says at which letter the course cannot be read.
func (c RobotCourse) Cells(width int) ([]int32, error) {
	at := c.StartCell
	cells := []int32{at}
	for k := 0; k < len(c.Moves); {
		var by int32
		switch c.Moves[k] {
		case '.':
		case 'e':
			by = 1
		case 'w':
			by = -1
		case 's':
			by = int32(width)
		case 'n':
			by = -int32(width)
		default:
			return nil, fmt.Errorf("course of robot %s: letter %d is %q, want n, e, s, w or a dot", c.RobotID, k+1, c.Moves[k])
		}
		end := k + 1
		for end < len(c.Moves) && c.Moves[end] >= '0' && c.Moves[end] <= '9' {
			end++
		}
		times := 1
		if digits := c.Moves[k+1 : end]; digits != "" {
			var err error
			if times, err = strconv.Atoi(digits); err != nil || times > maxCourseSteps-len(cells) {
				return nil, fmt.Errorf("course of robot %s: %s times at letter %d is more than %d steps", c.RobotID, digits, k+1, maxCourseSteps)
			}
		}
		for range times {
			at += by
			cells = append(cells, at)
		}
		k = end
	}
	return cells, nil
}
