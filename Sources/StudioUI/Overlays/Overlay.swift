package import TerminalKit

/// A dialog on top of the panes. Esc closes it and destroys nothing; a click outside does nothing.
package enum Overlay: Sendable {
    case help(HelpOverlay)
    case palette(PaletteOverlay)
    case commit(CommitDialog)
    case question(QuestionDialog)
    case input(InputDialog)
    case themes(ThemePicker)
    case card(CardOverlay)
    case prompts(PromptSearch)

    package func draw(_ state: StudioState, on canvas: inout Canvas) {
        switch self {
        case .help(let overlay): overlay.draw(state, on: &canvas)
        case .palette(let overlay): overlay.draw(state, on: &canvas)
        case .commit(let overlay): overlay.draw(state, on: &canvas)
        case .question(let overlay): overlay.draw(state, on: &canvas)
        case .input(let overlay): overlay.draw(state, on: &canvas)
        case .themes(let overlay): overlay.draw(state, on: &canvas)
        case .card(let overlay): overlay.draw(state, on: &canvas)
        case .prompts(let overlay): overlay.draw(state, on: &canvas)
        }
    }
}

/// What a key did to a dialog.
package enum OverlayOutcome: Sendable {
    /// The dialog stays, perhaps changed.
    case stays
    case closes
    /// The dialog closes, then this happens.
    case performs(Command)
    case answers(OverlayAnswer)
}

/// What a dialog was for, with what was chosen.
package enum OverlayAnswer: Sendable {
    case commit(CommitChoice)
    case question(QuestionDialog.Purpose, answer: Character)
    case input(InputDialog.Purpose, String)
    case theme(String)
    case previewTheme(String)
    case prompt(String)
}

extension StudioState {
    mutating func handleOverlay(_ key: Key) -> [StudioAction] {
        guard let overlay = overlays.last else { return [] }
        if case .mouse = key { return [] }
        // The picture's own keys and the repaint work under every dialog.
        if key == .control("l") { return perform(.repaint) }
        if key == .control("z") { return perform(.suspend) }
        let (changed, outcome) = respond(overlay, key)
        switch outcome {
        case .stays:
            overlays[overlays.count - 1] = changed
            return []
        case .closes:
            overlays.removeLast()
            if case .themes(let picker) = overlay { return [.setTheme(picker.original)] }
            return []
        case .performs(let command):
            overlays.removeLast()
            return perform(command)
        case .answers(.previewTheme(let name)):
            overlays[overlays.count - 1] = changed
            return [.setTheme(name)]
        case .answers(let answer):
            overlays.removeLast()
            return take(answer)
        }
    }

    private func respond(_ overlay: Overlay, _ key: Key) -> (Overlay, OverlayOutcome) {
        switch overlay {
        case .help(var help):
            let outcome = help.handle(key, self)
            return (.help(help), outcome)
        case .palette(var palette):
            let outcome = palette.handle(key, self)
            return (.palette(palette), outcome)
        case .commit(var dialog):
            let outcome = dialog.handle(key, self)
            return (.commit(dialog), outcome)
        case .question(let dialog): return (overlay, dialog.handle(key))
        case .input(var dialog):
            let outcome = dialog.handle(key, self)
            return (.input(dialog), outcome)
        case .themes(var picker):
            let outcome = picker.handle(key)
            return (.themes(picker), outcome)
        case .card(var card):
            let outcome = card.handle(key)
            return (.card(card), outcome)
        case .prompts(var search):
            let outcome = search.handle(key, self)
            return (.prompts(search), outcome)
        }
    }

    private mutating func take(_ answer: OverlayAnswer) -> [StudioAction] {
        switch answer {
        case .commit(let choice): return submitCommit(choice)
        case .question(let purpose, let key): return takeAnswer(purpose, key)
        case .input(let purpose, let text): return takeInput(purpose, text)
        case .theme(let name), .previewTheme(let name): return [.setTheme(name)]
        case .prompt(let text):
            prompt.setText(text)
            focus(on: .prompt)
            return []
        }
    }
}

extension Canvas {
    /// Clears a place in the middle of the screen, draws a frame there, and lets `body` draw inside it.
    mutating func dialog(
        width: Int, height: Int, title: String, detail: String = "", look: Look,
        _ body: (inout Canvas) -> Void
    ) {
        let rect = bounds.centered(width: min(width, bounds.width - 2), height: min(height, bounds.height - 2))
        fill(rect, style: look.text)
        let inside = frame(
            rect,
            PaneFrame(
                title: title, detail: detail, isFocused: true, border: look.focus, titleStyle: look.title,
                detailStyle: look.dim))
        within(inside.inset(columns: 1, rows: 0), body)
    }
}
