import TerminalKit

/// Keys as the screen names them.
extension StudioState {
    /// The key of a command as the focused pane has it, short; empty if it has none.
    func keyName(_ command: Command) -> String { keyName(command, in: focus) }

    /// The key of a command as a pane has it while that has the focus.
    func keyName(_ command: Command, in pane: PaneKind) -> String {
        let own: KeyContext = pane == .prompt ? .prompt : .pane(pane)
        let isText = pane == .prompt || pane == focus && isTyping
        let contexts = [own] + (isText ? [] : [.outsideText]) + [.everywhere]
        let binding = contexts.lazy.compactMap { context in
            bindings.bindings(in: context).first { $0.command == command && !$0.keys.isEmpty }
        }.first
        // Zellij keeps Ctrl keys for itself; the same command has another one.
        let keys = binding?.keys ?? []
        let free = keys.first { key in
            if case .control = key { !prefersFunctionKeys } else { true }
        }
        return (free ?? keys.first).map { $0.arrow(look) ?? $0.shortName } ?? ""
    }

    /// Keys with what they do, for the title of a pane: `/ filter   f star`. Those without a key are left out.
    func keyHints(_ hints: [(command: Command, label: String)], in pane: PaneKind, gap: Int) -> String {
        hints.map { (keyName($0.command, in: pane), $0.label) }.filter { !$0.0.isEmpty }
            .map { $0.0 + " " + $0.1 }.joined(separator: String(repeating: " ", count: gap))
    }
}
