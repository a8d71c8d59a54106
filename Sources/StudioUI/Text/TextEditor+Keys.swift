package import TerminalKit

extension TextEditor {
    /// Takes a key that edits or moves inside the text.
    ///
    /// - Returns: false for keys that mean something else; the text is then unchanged.
    package mutating func handle(_ key: Key, bindings: KeyBindings) -> Bool {
        switch key {
        case .character(let character): type(character)
        case .paste(let text): paste(text)
        case .left: moveLeft()
        case .right: moveRight()
        default:
            guard let command = bindings.command(for: key, in: [.prompt]) else { return false }
            return perform(command)
        }
        return true
    }

    /// - Returns: false for commands that are not about text.
    package mutating func perform(_ command: Command) -> Bool {
        switch command {
        case .newline:
            guard isMultiline else { return false }
            type("\n")
        case .wordLeft: moveWordLeft()
        case .wordRight: moveWordRight()
        case .lineStart: moveToLineStart()
        case .lineEnd: moveToLineEnd()
        case .deleteBackward: deleteBackward()
        case .deleteForward: deleteForward()
        case .killWordBackward: killWordBackward()
        case .killWordForward: killWordForward()
        case .killToLineEnd: killToLineEnd()
        case .killToLineStart: killToLineStart()
        case .yank: yank()
        case .selectLeft: select { $0.moveLeft() }
        case .selectRight: select { $0.moveRight() }
        case .selectToLineStart: select { $0.moveToLineStart() }
        case .selectToLineEnd: select { $0.moveToLineEnd() }
        case .undo: undo()
        case .redo: redo()
        default: return false
        }
        return true
    }
}
