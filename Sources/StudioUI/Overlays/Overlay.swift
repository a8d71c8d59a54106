import Generation
package import StudioCore
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
    case recipe(RecipeCard)

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
        case .recipe(let overlay): overlay.draw(state, on: &canvas)
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
    case recipe(RecipeDocument, file: String, hasNewSeed: Bool)
}

extension StudioState {
    mutating func handleOverlay(_ key: Key) -> [StudioAction] {
        guard let overlay = overlays.last else { return [] }
        if case .mouse(let event) = key { return handleOverlay(event) }
        // The picture's own keys and the repaint work under every dialog.
        if key == .control("l") { return perform(.repaint) }
        if key == .control("z") { return perform(.suspend) }
        return carryOut(respond(overlay, key), of: overlay)
    }

    /// The wheel scrolls, a click chooses; one outside does nothing, since a stray click must not lose typed text.
    private mutating func handleOverlay(_ event: MouseEvent) -> [StudioAction] {
        guard let overlay = overlays.last else { return [] }
        switch event.kind {
        case .wheelUp: return carryOut(respond(overlay, .up), of: overlay)
        case .wheelDown: return carryOut(respond(overlay, .down), of: overlay)
        case .press where event.button == .left:
            return carryOut(click(overlay, x: event.x, y: event.y), of: overlay)
        default: return []
        }
    }

    private mutating func carryOut(
        _ response: (changed: Overlay, outcome: OverlayOutcome), of overlay: Overlay
    ) -> [StudioAction] {
        let (changed, outcome) = response
        switch outcome {
        case .stays:
            overlays[overlays.count - 1] = changed
            return Self.estimated(overlay) == Self.estimated(changed) ? [] : [.estimate]
        case .closes:
            overlays.removeLast()
            if case .themes(let picker) = overlay { return [.setTheme(picker.original)] }
            // Without the dialog the form is estimated again.
            return Self.estimated(overlay) == nil ? [] : [.estimate]
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

    /// What a dialog wants estimated in place of the form.
    private static func estimated(_ overlay: Overlay) -> Recipe? {
        if case .commit(let dialog) = overlay { dialog.recipe } else { nil }
    }

    private func respond(_ overlay: Overlay, _ key: Key) -> (changed: Overlay, outcome: OverlayOutcome) {
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
            let outcome = card.handle(key, self)
            return (.card(card), outcome)
        case .prompts(var search):
            let outcome = search.handle(key, self)
            return (.prompts(search), outcome)
        case .recipe(let card): return (overlay, card.handle(key))
        }
    }

    private func click(_ overlay: Overlay, x: Int, y: Int) -> (changed: Overlay, outcome: OverlayOutcome) {
        switch overlay {
        case .palette(var palette):
            let outcome = palette.click(x: x, y: y, self)
            return (.palette(palette), outcome)
        case .commit(var dialog):
            let outcome = dialog.click(x: x, y: y, self)
            return (.commit(dialog), outcome)
        case .question(let dialog): return (overlay, dialog.click(x: x, y: y, self))
        case .themes(var picker):
            let outcome = picker.click(x: x, y: y, self)
            return (.themes(picker), outcome)
        case .prompts(var search):
            let outcome = search.click(x: x, y: y, self)
            return (.prompts(search), outcome)
        case .recipe, .help, .input, .card: return (overlay, .stays)
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
        case .recipe(let document, let file, let hasNewSeed): return load(document, from: file, hasNewSeed: hasNewSeed)
        }
    }
}

/// Where dialogs stand.
enum Dialog {
    static func frame(_ size: (width: Int, height: Int), on screen: Rect) -> Rect {
        screen.centered(width: min(size.width, screen.width - 2), height: min(size.height, screen.height - 2))
    }

    /// The cells that a dialog of this size draws on.
    static func inside(_ size: (width: Int, height: Int), on state: StudioState) -> Rect {
        frame(size, on: Rect(x: 0, y: 0, width: state.width, height: state.height)).inset().inset(columns: 1, rows: 0)
    }
}

extension Canvas {
    /// Clears a place in the middle of the screen, draws a frame there, and lets `body` draw inside it.
    mutating func dialog(
        width: Int, height: Int, title: String, detail: String = "", look: Look,
        _ body: (inout Canvas) -> Void
    ) {
        let rect = Dialog.frame((width, height), on: bounds)
        fill(rect, style: look.text)
        let inside = frame(
            rect,
            PaneFrame(
                title: title, detail: detail, isFocused: true, border: look.focus, titleStyle: look.title,
                detailStyle: look.dim))
        within(inside.inset(columns: 1, rows: 0), body)
    }
}
