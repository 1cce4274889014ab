// Package decompose solves the separation of a series into level, season and rest, and lets any method forecast the level.
//
// Takes a forecast.Regular and an inner forecast.Method and is itself a Method. Method: classical decomposition by moving
// averages; STL, loess-smoothed season and trend in turn (Cleveland, Cleveland, McRae and Terpenning, J. Official Statistics
// 6, 1990, 3–73); MSTL, the same for several seasons, the shortest first (Bandara, Hyndman and Bergmeir 2021). Never: it fits no level itself.
package decompose
