import StudioCore
package import TerminalKit

/// The presets: Enter applies, `+` saves the form.
package enum PresetsPane: Pane {
    package static let kind = PaneKind.presets

    package static func subtitle(_ state: StudioState) -> String {
        let presets = state.presets
        return presets.filter.isEmpty && !presets.isFilterFocused ? "" : "/" + presets.filter.text
    }

    package static func detail(_ state: StudioState, width: Int) -> String {
        let hints: [(Command, String)] = [(.filter, "filter"), (.savePreset, "save")]
        return state.keyHints(width < 44 ? [hints[1]] : hints, in: kind, gap: 2)
    }

    /// What it makes, where it comes from, what it is for: as much as there is room for. What it makes comes first: it is
    /// what a preset is chosen by.
    private static func facts(_ preset: PresetEntry, columns: Int, isTight: Bool) -> String {
        let summary = isTight ? tight(preset.summary) : preset.summary
        let sizes = preset.summary.split(separator: "  ").first.map(String.init) ?? ""
        let texts = [
            "\(summary)  \(preset.origin)  \(preset.about)", "\(summary)  \(preset.origin)", summary,
            "\(sizes.split(separator: " ").last ?? "")  \(preset.origin)",
        ]
        return texts.first { TextWidth.width(of: $0) <= columns } ?? (columns >= 70 ? texts[0] : preset.origin)
    }

    /// `512x288->2560x1440 121f`, for all rows of a pane where one would not fit otherwise.
    private static func tight(_ summary: String) -> String {
        summary.replacing(" -> ", with: "->").replacing("  ", with: " ")
    }

    /// The first preset in view.
    private static func first(_ state: StudioState, height: Int) -> Int {
        let presets = state.presets.shown
        let selected = presets.firstIndex { $0.name == state.presets.selected?.name } ?? 0
        return max(min(selected - height / 2, presets.count - height), 0)
    }

    static func preset(atRow row: Int, height: Int, _ state: StudioState) -> String? {
        let presets = state.presets.shown
        let index = first(state, height: height) + row
        return row >= 0 && presets.indices.contains(index) ? presets[index].name : nil
    }

    package static func draw(_ state: StudioState, on canvas: inout Canvas) {
        let look = state.look
        let presets = state.presets.shown
        guard !presets.isEmpty else {
            let text =
                state.presets.all.isEmpty ? "No presets. + saves the form as one." : "No preset fits. Esc clears."
            canvas.write(text, x: 1, y: 0, style: look.dim)
            return
        }
        let selectedName = state.presets.selected?.name
        let first = first(state, height: canvas.height)
        let nameWidth = min(max(presets.map { TextWidth.width(of: $0.name) }.max() ?? 8, 8) + 2, canvas.width / 2)
        let isTight = presets.contains { TextWidth.width(of: $0.summary) > canvas.width - 4 - nameWidth }
        // The margin before the border goes first.
        let room = canvas.width - (isTight ? 3 : 4) - nameWidth
        for (y, preset) in presets.dropFirst(first).prefix(canvas.height).enumerated() {
            let isSelected = preset.name == selectedName
            let isFocused = isSelected && state.focus == .presets
            let isApplied = preset.name == state.form.values.name
            let style = isFocused ? look.selection : isApplied ? look.accent : look.text
            canvas.listRow(y: y, isSelected: isFocused, look: look)
            canvas.write(isSelected ? look.marker : " ", x: 1, y: y, style: isFocused ? style : look.focus)
            let name = preset.name + (isApplied && state.form.isChanged ? " *" : "")
            canvas.writeFitted(name, x: 3, y: y, columns: nameWidth, style: style)
            canvas.writeFitted(
                facts(preset, columns: room, isTight: isTight), x: 3 + nameWidth, y: y, columns: room,
                style: isFocused ? style : look.dim)
            if isFocused, state.overlays.isEmpty { canvas.placeCursor(x: 1, y: y) }
        }
    }
}
