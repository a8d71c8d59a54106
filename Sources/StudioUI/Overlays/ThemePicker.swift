package import TerminalKit

/// The themes; the whole screen shows the one under the cursor.
package struct ThemePicker: Sendable {
    package let names: [String]
    /// What Esc goes back to.
    package let original: String
    package private(set) var selection: Int

    package init(names: [String], current: String) {
        self.names = names
        original = current
        selection = names.firstIndex(of: current) ?? 0
    }

    package mutating func handle(_ key: Key) -> OverlayOutcome {
        switch key {
        case .escape, .control("c"): return .closes
        case .enter: return names.isEmpty ? .closes : .answers(.theme(names[selection]))
        case .up, .character("k"): selection = max(selection - 1, 0)
        case .down, .character("j"): selection = min(selection + 1, names.count - 1)
        default: return .stays
        }
        return names.indices.contains(selection) ? .answers(.previewTheme(names[selection])) : .stays
    }

    private var size: (width: Int, height: Int) { (40, names.count + 4) }

    /// A click shows a theme, a second one keeps it.
    mutating func click(x: Int, y: Int, _ state: StudioState) -> OverlayOutcome {
        let inside = Dialog.inside(size, on: state)
        guard inside.contains(x: x, y: y), names.indices.contains(y - inside.y) else { return .stays }
        if selection == y - inside.y { return .answers(.theme(names[selection])) }
        selection = y - inside.y
        return .answers(.previewTheme(names[selection]))
    }

    package func draw(_ state: StudioState, on canvas: inout Canvas) {
        let look = state.look
        canvas.dialog(width: size.width, height: size.height, title: "Themes", look: look) { canvas in
            for (row, name) in names.enumerated() {
                let isSelected = row == selection
                canvas.listRow(y: row, isSelected: isSelected, look: look)
                if isSelected { canvas.placeCursor(x: 0, y: row) }
                canvas.write(
                    (isSelected ? look.marker : " ") + " " + name, x: 0, y: row,
                    style: isSelected ? look.selection : look.text)
            }
            canvas.write("Enter keeps it, Esc goes back", x: 0, y: names.count + 1, style: look.dim)
        }
    }
}
