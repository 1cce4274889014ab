export type Point = [lon: number, lat: number]

/** Reads Google's Encoded Polyline Algorithm Format with five decimals. */
export function decodePolyline(text: string): Point[] {
  const points: Point[] = []
  let at = 0
  const number = () => {
    let value = 0
    for (let shift = 0; ; shift += 5) {
      const bits = text.charCodeAt(at++) - 63
      value |= (bits & 0x1f) << shift
      if (bits < 0x20) return value & 1 ? ~(value >> 1) : value >> 1
    }
  }
  let lat = 0
  let lon = 0
  while (at < text.length) {
    lat += number()
    lon += number()
    points.push([lon / 1e5, lat / 1e5])
  }
  return points
}

const metresPerDegree = 111_195

/** Metres between two near points, on a plane. */
export function metres(a: Point, b: Point): number {
  const x = (b[0] - a[0]) * Math.cos(((a[1] + b[1]) * Math.PI) / 360)
  return Math.hypot(x, b[1] - a[1]) * metresPerDegree
}

/** The point at a share of a line's length, 0 to 1. */
export function along(line: Point[], share: number): Point {
  let left = share * line.slice(1).reduce((sum, p, i) => sum + metres(line[i]!, p), 0)
  for (let i = 1; i < line.length; i++) {
    const a = line[i - 1]!
    const b = line[i]!
    const step = metres(a, b)
    if (left <= step && step > 0) return [a[0] + ((b[0] - a[0]) * left) / step, a[1] + ((b[1] - a[1]) * left) / step]
    left -= step
  }
  return line[line.length - 1] ?? [0, 0]
}
