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
        width < 44 ? "+ save" : "/ filter  + save"
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
        let selected = presets.firstIndex { $0.name == selectedName } ?? 0
        let first = max(min(selected - canvas.height / 2, presets.count - canvas.height), 0)
        let nameWidth = min(max(presets.map { TextWidth.width(of: $0.name) }.max() ?? 8, 8) + 2, canvas.width / 2)
        for (y, preset) in presets.dropFirst(first).prefix(canvas.height).enumerated() {
            let isSelected = preset.name == selectedName
            let isFocused = isSelected && state.focus == .presets
            let isApplied = preset.name == state.form.values.name
            let style = isFocused ? look.selection : isApplied ? look.accent : look.text
            canvas.listRow(y: y, isSelected: isFocused, look: look)
            canvas.write(isSelected ? look.marker : " ", x: 1, y: y, style: isFocused ? style : look.focus)
            let name = preset.name + (isApplied && state.form.isChanged ? " *" : "")
            canvas.writeFitted(name, x: 3, y: y, columns: nameWidth, style: style)
            let room = canvas.width - 4 - nameWidth
            let sizes = String(preset.summary.prefix { $0 != "f" }.split(separator: "  ").first ?? "")
            let summary = TextWidth.width(of: preset.summary) > room ? sizes : preset.summary
            let about = canvas.width >= 70 ? "\(preset.summary)  \(preset.origin)  \(preset.about)" : summary
            canvas.write(
                TextWidth.cut(about, to: room, mark: canvas.cutMark), x: 3 + nameWidth, y: y,
                style: isFocused ? style : look.dim)
        }
    }
}
