package import TerminalKit

extension Canvas {
    /// A thin line across the area.
    package mutating func separator(y: Int, look: Look) {
        write(String(repeating: look.separator, count: max(width, 0)), x: 0, y: y, style: look.border)
    }

    /// The background of a row in a list.
    package mutating func listRow(y: Int, isSelected: Bool, look: Look) {
        fill(Rect(x: 0, y: y, width: width, height: 1), style: isSelected ? look.selection : look.text)
    }

    /// A one-line editor over the whole area, scrolled so far that its cursor is in view.
    package mutating func field(_ editor: TextEditor, look: Look) {
        let style = look.text.underline
        fill(bounds, style: style)
        var start = editor.cursor
        var before = 0
        while start > 0 {
            let next = TextWidth.width(of: String(editor.characters[start - 1]))
            // One column is the cursor's.
            guard before + next < width else { break }
            before += next
            start -= 1
        }
        write(String(editor.characters[start...]), x: 0, y: 0, style: style, limit: width)
        placeCursor(x: before, y: 0)
    }

    /// A bar of `columns` cells between brackets, filled to `part` of its length.
    package mutating func bar(x: Int, y: Int, columns: Int, part: Double, look: Look) {
        let inner = columns - 2
        guard inner > 0 else { return }
        let full = min(max(Int((Double(inner) * part).rounded()), 0), inner)
        let characters = look.barCharacters
        write("[", x: x, y: y, style: look.dim)
        write(String(repeating: characters.full, count: full), x: x + 1, y: y, style: look.barFull)
        write(String(repeating: characters.rest, count: inner - full), x: x + 1 + full, y: y, style: look.barRest)
        write("]", x: x + 1 + inner, y: y, style: look.dim)
    }

    /// Writes text that ends at the right edge of the area.
    package mutating func writeRight(_ text: String, y: Int, style: Style, margin: Int = 0) {
        write(text, x: width - margin - TextWidth.width(of: text), y: y, style: style)
    }
}
