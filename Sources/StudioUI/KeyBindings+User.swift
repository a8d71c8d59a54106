package import StudioCore
package import TerminalKit

/// Keys as the user wants them: settings and `keys.toml`.
extension KeyBindings {
    /// The built-in table as the settings change it.
    package static func standard(_ settings: Settings) -> [KeyBinding] {
        var bindings = standard
        if settings.enterKey == .newline {
            bindings = bindings.map { binding in
                guard binding.context == .prompt else { return binding }
                var changed = binding
                if binding.command == .draft { changed.keys = [.special(.enter, .alt)] }
                if binding.command == .newline { changed.keys = [.enter, .control("j"), .special(.enter, .shift)] }
                return changed
            }
        }
        guard settings.hasViKeys else { return bindings }
        let moves: [(Command, Character)] = [(.left, "h"), (.down, "j"), (.up, "k"), (.right, "l")]
        return bindings + moves.map { KeyBinding(context: .outsideText, command: $0.0, keys: [.character($0.1)]) }
    }

    /// The table with the user's keys in place of the built-in ones.
    ///
    /// - Throws: ``StudioError/badFile(_:)`` with file, line and reason: for a name that is not known, for a key that
    ///   terminals keep to themselves, and for one with two meanings in one place. Nothing of the file is then used.
    package static func changed(_ bindings: [KeyBinding], by file: KeysFile) throws(StudioError) -> [KeyBinding] {
        var result = bindings
        var places: Set<KeyContext> = []
        for entry in file.entries {
            let (context, command) = try meaning(of: entry, in: file)
            var keys: [Key] = []
            for name in entry.keys { keys.append(try key(name, entry, file)) }
            if let key = keys.first, keys.allSatisfy({ $0.mayNotArrive != nil }), let reason = key.mayNotArrive {
                throw problem("\(key.name) \(reason) Give the command another key beside it.", entry, file)
            }
            places.insert(context)
            if let index = result.firstIndex(where: { $0.context == context && $0.command == command }) {
                result[index].keys = keys
            } else {
                result.append(KeyBinding(context: context, command: command, keys: keys))
            }
        }
        for entry in file.entries { try checkConflicts(entry, result, file) }
        return result
    }

    private static func checkConflicts(
        _ entry: KeysFile.Entry, _ bindings: [KeyBinding], _ file: KeysFile
    ) throws(StudioError) {
        let (context, command) = try meaning(of: entry, in: file)
        for binding in bindings where binding.context == context && binding.command != command {
            for name in entry.keys {
                guard let key = Key(name: name), binding.keys.contains(key) else { continue }
                throw problem(
                    "\(key.name) already means \"\(binding.command.title)\" here; give that another key too.", entry,
                    file)
            }
        }
    }

    private static func meaning(
        of entry: KeysFile.Entry, in file: KeysFile
    ) throws(StudioError) -> (KeyContext, Command) {
        guard let context = KeyContext(name: entry.place) else {
            throw problem(
                "there is no place [\(TextCleaning.oneLine(entry.place))]. There are: "
                    + KeyContext.names.map(\.0).joined(separator: ", ") + ".", entry, file)
        }
        guard let command = Command(rawValue: entry.command) else {
            let advice = NearestCommand.of(entry.command).map { " Did you mean \"\($0)\"?" } ?? ""
            throw problem("there is no command \"\(TextCleaning.oneLine(entry.command))\".\(advice)", entry, file)
        }
        return (context, command)
    }

    private static func key(
        _ name: String, _ entry: KeysFile.Entry, _ file: KeysFile
    ) throws(StudioError) -> Key {
        guard let key = Key(name: name) else {
            throw problem(
                "\"\(TextCleaning.oneLine(name))\" is not a key; write Ctrl-G, Alt-N, F5, Enter, Space or a character.",
                entry, file)
        }
        if let reason = key.reasonNeverToBind { throw problem("\(key.name) \(reason)", entry, file) }
        return key
    }

    private static func problem(_ text: String, _ entry: KeysFile.Entry, _ file: KeysFile) -> StudioError {
        .badFile(FileProblem(file: file.name, line: entry.line, text: text + " The built-in keys stay."))
    }
}

/// The command whose name comes nearest to a mistyped one: by letters in common at the start.
private enum NearestCommand {
    static func of(_ name: String) -> String? {
        let wanted = name.lowercased().filter { $0.isLetter }
        return Command.allCases.map(\.rawValue).first { $0.lowercased() == wanted }
            ?? Command.allCases.map(\.rawValue).first {
                $0.lowercased().hasPrefix(wanted.prefix(4)) && wanted.count > 3
            }
    }
}

extension KeyContext {
    /// Places as the file names them.
    static let names: [(String, KeyContext)] =
        [("everywhere", .everywhere), ("outside_text", .outsideText), ("prompt", .prompt)]
        + [PaneKind.params, .preview, .steps, .drafts, .queue, .presets, .log].map {
            ($0.title.lowercased(), .pane($0))
        }

    init?(name: String) {
        guard let found = Self.names.first(where: { $0.0 == name }) else { return nil }
        self = found.1
    }
}

extension Key {
    private static let specials: [String: SpecialKey] = [
        "up": .up, "down": .down, "left": .left, "right": .right, "home": .home, "end": .end, "pgup": .pageUp,
        "pgdn": .pageDown, "insert": .insert, "delete": .delete, "backspace": .backspace, "tab": .tab,
        "enter": .enter, "esc": .escape,
    ]

    /// A key from its name as the help writes it: `Ctrl-G`, `Shift-Up`, `F5`, `Space`, `x`.
    package init?(name: String) {
        if name.count == 1, let character = name.first {
            guard !character.isWhitespace, character.unicodeScalars.allSatisfy({ $0.value > 32 }) else { return nil }
            self = .character(character)
            return
        }
        var modifiers: KeyModifiers = []
        var rest = name[...]
        for (prefix, modifier) in [("ctrl-", KeyModifiers.control), ("alt-", .alt), ("shift-", .shift)]
        where rest.count > prefix.count && rest.lowercased().hasPrefix(prefix) {
            modifiers.insert(modifier)
            rest = rest.dropFirst(prefix.count)
        }
        let word = rest.lowercased()
        if let special = Self.specials[word] {
            self = .special(special, modifiers)
        } else if word.hasPrefix("f"), let number = Int(word.dropFirst()), (1...12).contains(number) {
            self = .special(.function(number), modifiers)
        } else if word == "space", modifiers.isEmpty {
            self = .character(" ")
        } else if word.count == 1, let character = word.first, modifiers == .control {
            self = .control(character)
        } else if word.count == 1, let character = word.first, modifiers == .alt {
            self = .alt(character)
        } else {
            return nil
        }
    }

    /// Why a key is bound beside another one only; nil for one that may stand alone.
    var mayNotArrive: String? {
        switch self {
        case .control("a"): "is the prefix key of screen."
        case .special(.enter, let modifiers) where modifiers.contains(.shift) || modifiers.contains(.control):
            "is plain Enter in most terminals."
        default: nil
        }
    }

    /// Why a key is never bound; nil for one that may be.
    var reasonNeverToBind: String? {
        switch self {
        case .control("i"), .control("m"), .control("h"), .control("["):
            "is the same byte as Tab, Enter, Backspace or Esc."
        case .escape: "closes what is open, and nothing else."
        case .control("s"), .control("q"): "stops and starts output on some lines."
        case .control("b"): "is the prefix key of tmux."
        case .control("v"), .control("o"): "is taken by some systems' terminals."
        case .control("c"), .control("z"), .control("\\"): "stops, suspends or leaves the studio and stays so."
        case .special(.function(10), _), .special(.function(11), _): "is taken by desktop terminals."
        case .special(.pageUp, let modifiers) where !modifiers.isEmpty: "belongs to the terminal's scrollback and tabs."
        case .special(.pageDown, let modifiers) where !modifiers.isEmpty:
            "belongs to the terminal's scrollback and tabs."
        default: nil
        }
    }
}
