import TerminalKit

extension Overlay {
    /// The keys of a dialog, for the key line: those of the panes below do nothing meanwhile.
    func hints(_ look: Look) -> [(key: String, label: String)] {
        let rows = [SpecialKey.up, .down].map { Key.special($0, []).shown(look) }.joined(separator: " ")
        let sides = [SpecialKey.left, .right].map { Key.special($0, []).shown(look) }.joined(separator: " ")
        let back = [("Esc", "back")]
        switch self {
        case .help: return [("/", "filter"), (rows, "scroll")] + back
        case .palette: return [("letters", "find"), (rows, "choose"), ("Enter", "do it")] + back
        case .prompts: return [("letters", "find"), (rows, "choose"), ("Enter", "take it")] + back
        case .commit(let dialog) where dialog.isTypingSeed: return [("Enter", "take it")] + back
        case .commit(let dialog):
            return [(rows, "choose"), (sides, "change"), ("Enter", dialog.enterTitle), ("s", dialog.seedKeyTitle)]
                + back
        case .question(let dialog): return dialog.answers.map { (String($0.key), $0.label) } + back
        case .input(let dialog):
            return [("Enter", "take it")] + (dialog.choices.isEmpty ? [] : [(rows, "choose")]) + back
        case .themes: return [(rows, "show"), ("Enter", "keep")] + back
        case .card: return [(rows, "scroll")] + back
        case .recipe: return [("Enter", "load it"), ("l", "load with a new seed")] + back
        }
    }
}

extension Key {
    /// An arrow as a sign, where the screen has more than ASCII; nil for other keys.
    func arrow(_ look: Look) -> String? {
        guard !look.isASCII else { return nil }
        return switch self {
        case .up: "↑"
        case .down: "↓"
        case .left: "←"
        case .right: "→"
        default: nil
        }
    }

    fileprivate func shown(_ look: Look) -> String { arrow(look) ?? shortName }
}
