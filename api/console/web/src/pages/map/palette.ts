export type Colour = [number, number, number]

// Okabe and Ito's colours for people who see colours differently, darkened or lightened for the ground they lie on.
const light: Colour[] = [
  [13, 107, 102],
  [192, 86, 14],
  [92, 74, 168],
  [178, 44, 96],
  [34, 98, 176],
  [120, 102, 0],
]
const dark: Colour[] = [
  [86, 194, 182],
  [240, 150, 80],
  [164, 148, 240],
  [240, 120, 164],
  [110, 170, 240],
  [214, 190, 70],
]

export const siteColour = (site: number, theme: 'light' | 'dark'): Colour => (theme === 'dark' ? dark : light)[Math.max(site, 0) % light.length]!
export const css = ([r, g, b]: Colour) => `rgb(${r} ${g} ${b})`
