package import TerminalKit

/// Where a key has its meaning. A pane's own meaning comes before the general ones.
package enum KeyContext: Hashable, Sendable {
    case everywhere
    /// Where letters are not typed into a text.
    case outsideText
    /// Prompt and negative prompt.
    case prompt
    /// In the prompt, right after Ctrl-X, as in a shell.
    case afterControlX
    case pane(PaneKind)
}

/// One row of the table of keys.
package struct KeyBinding: Sendable {
    package var context: KeyContext
    package var command: Command
    /// The first is the one shown.
    package var keys: [Key]
}

/// The table of keys; help, palette and key line are made from it.
package struct KeyBindings: Sendable {
    package let bindings: [KeyBinding]
    private let commands: [KeyContext: [Key: Command]]

    package init(_ bindings: [KeyBinding] = KeyBindings.standard) {
        self.bindings = bindings
        var commands: [KeyContext: [Key: Command]] = [:]
        for binding in bindings {
            for key in binding.keys { commands[binding.context, default: [:]][key] = binding.command }
        }
        self.commands = commands
    }

    /// The meaning of a key, the first context that knows it.
    package func command(for key: Key, in contexts: [KeyContext]) -> Command? {
        contexts.lazy.compactMap { commands[$0]?[key] }.first
    }

    /// The key to show for a command; empty if it has none.
    package func shownKey(for command: Command, in context: KeyContext? = nil) -> String {
        let binding = bindings.first { $0.command == command && (context == nil || $0.context == context) }
        return binding?.keys.first?.name ?? ""
    }

    package func bindings(in context: KeyContext) -> [KeyBinding] {
        bindings.filter { $0.context == context }
    }

    package static let standard: [KeyBinding] = everywhere + outsideText + prompt + panes

    private static func bind(_ context: KeyContext, _ command: Command, _ keys: Key...) -> KeyBinding {
        KeyBinding(context: context, command: command, keys: keys)
    }

    private static let everywhere: [KeyBinding] = [
        bind(.everywhere, .nextPane, .tab),
        bind(.everywhere, .previousPane, .backTab),
        bind(.everywhere, .promptPane, .alt("1")),
        bind(.everywhere, .paramsPane, .alt("2")),
        bind(.everywhere, .previewPane, .alt("3")),
        bind(.everywhere, .stepsPane, .alt("4")),
        bind(.everywhere, .draftsPane, .alt("5")),
        bind(.everywhere, .queuePane, .alt("6")),
        bind(.everywhere, .presetsPane, .alt("7")),
        bind(.everywhere, .logPane, .alt("8")),
        bind(.everywhere, .draft, .control("g"), .function(5)),
        bind(.everywhere, .commit, .control("t"), .function(6)),
        bind(.everywhere, .commitOptions, .alt("t")),
        bind(.everywhere, .stop, .control("c")),
        bind(.everywhere, .palette, .control("p")),
        bind(.everywhere, .searchPrompts, .control("r")),
        bind(.everywhere, .repaint, .control("l")),
        bind(.everywhere, .suspend, .control("z")),
        bind(.everywhere, .leave, .control("\\")),
        bind(.everywhere, .help, .function(1)),
        bind(.everywhere, .nextGraphics, .function(2)),
        bind(.everywhere, .fullPicture, .function(3)),
        bind(.everywhere, .externalEditor, .function(4)),
        bind(.everywhere, .nextArrangement, .function(7)),
        bind(.everywhere, .nextTheme, .function(8)),
        bind(.everywhere, .moveBorderLeft, .special(.left, [.alt, .shift])),
        bind(.everywhere, .moveBorderRight, .special(.right, [.alt, .shift])),
        bind(.everywhere, .moveBorderUp, .special(.up, [.alt, .shift])),
        bind(.everywhere, .moveBorderDown, .special(.down, [.alt, .shift])),
    ]

    private static let outsideText: [KeyBinding] = [
        bind(.outsideText, .help, .character("?")),
        bind(.outsideText, .filter, .character("/")),
        bind(.outsideText, .palette, .character(":")),
        bind(.outsideText, .promptPane, .character("1")),
        bind(.outsideText, .paramsPane, .character("2")),
        bind(.outsideText, .previewPane, .character("3")),
        bind(.outsideText, .stepsPane, .character("4")),
        bind(.outsideText, .draftsPane, .character("5")),
        bind(.outsideText, .queuePane, .character("6")),
        bind(.outsideText, .presetsPane, .character("7")),
        bind(.outsideText, .logPane, .character("8")),
        bind(.outsideText, .up, .up),
        bind(.outsideText, .down, .down),
        bind(.outsideText, .left, .left),
        bind(.outsideText, .right, .right),
        bind(.outsideText, .pageUp, .pageUp),
        bind(.outsideText, .pageDown, .pageDown),
        bind(.outsideText, .first, .home),
        bind(.outsideText, .last, .end),
        bind(.outsideText, .activate, .enter),
        bind(.outsideText, .playPause, .character(" ")),
        bind(.outsideText, .frameBack, .character(",")),
        bind(.outsideText, .frameForward, .character(".")),
        bind(.outsideText, .slower, .character("<")),
        bind(.outsideText, .faster, .character(">")),
        bind(.outsideText, .previousDraft, .character("[")),
        bind(.outsideText, .nextDraft, .character("]")),
        bind(.outsideText, .setReference, .character("a")),
        bind(.outsideText, .compare, .character("b")),
        bind(.outsideText, .nextView, .character("V")),
        bind(.outsideText, .sharperLook, .character("v")),
        bind(.outsideText, .follow, .character("F")),
        bind(.outsideText, .fullPicture, .character("z")),
        bind(.outsideText, .loadRecipe, .character("e")),
        bind(.outsideText, .lockSeed, .character("=")),
        bind(.outsideText, .typeSeed, .character("s")),
        bind(.outsideText, .randomSeed, .character("S")),
        bind(.outsideText, .star, .character("f")),
        bind(.outsideText, .tag, .character("t")),
        bind(.outsideText, .trash, .character("D")),
        bind(.outsideText, .restore, .character("u")),
        bind(.outsideText, .copyCommand, .character("y")),
        bind(.outsideText, .showRecipe, .character("m")),
        bind(.outsideText, .openFile, .character("o")),
        bind(.outsideText, .openOutput, .character("O")),
        bind(.outsideText, .quit, .character("q")),
    ]

    private static let prompt: [KeyBinding] = [
        bind(.prompt, .draft, .enter),
        bind(.prompt, .newline, .control("j"), .special(.enter, .alt), .special(.enter, .shift)),
        bind(.prompt, .negativePrompt, .alt("n")),
        bind(.afterControlX, .externalEditor, .control("e")),
        bind(.prompt, .wordLeft, .special(.left, .control), .alt("b")),
        bind(.prompt, .wordRight, .special(.right, .control), .alt("f")),
        bind(.prompt, .lineStart, .home, .control("a")),
        bind(.prompt, .lineEnd, .end, .control("e")),
        bind(.prompt, .deleteBackward, .backspace),
        bind(.prompt, .deleteForward, .delete, .control("d")),
        bind(.prompt, .killWordBackward, .control("w")),
        bind(.prompt, .killWordForward, .alt("d")),
        bind(.prompt, .killToLineEnd, .control("k")),
        bind(.prompt, .killToLineStart, .control("u")),
        bind(.prompt, .yank, .control("y")),
        bind(.prompt, .undo, .control("_"), .control("/")),
        bind(.prompt, .redo, .alt("_")),
        bind(.prompt, .selectLeft, .special(.left, .shift)),
        bind(.prompt, .selectRight, .special(.right, .shift)),
        bind(.prompt, .selectUp, .special(.up, .shift)),
        bind(.prompt, .selectDown, .special(.down, .shift)),
        bind(.prompt, .selectToLineStart, .special(.home, .shift)),
        bind(.prompt, .selectToLineEnd, .special(.end, .shift)),
        bind(.prompt, .copySelection, .alt("w")),
    ]

    private static let panes: [KeyBinding] = [
        bind(.pane(.params), .decrease, .left, .character("-")),
        bind(.pane(.params), .increase, .right, .character("+")),
        bind(.pane(.params), .resetValue, .character("r")),
        bind(.pane(.preview), .loop, .character("l")),
        bind(.pane(.queue), .removeJob, .character("x"), .character("D")),
        bind(.pane(.queue), .moveJobUp, .character("K"), .special(.up, .shift)),
        bind(.pane(.queue), .moveJobDown, .character("J"), .special(.down, .shift)),
        bind(.pane(.queue), .pauseQueue, .character("P")),
        bind(.pane(.queue), .resume, .character("R")),
        bind(.pane(.queue), .writePartial, .character("w")),
        bind(.pane(.queue), .pauseJob, .character("p")),
        bind(.pane(.queue), .draftNow, .character("d")),
        bind(.pane(.presets), .savePreset, .character("+")),
        bind(.pane(.presets), .renamePreset, .character("n")),
        bind(.pane(.presets), .diffPreset, .character("d")),
        bind(.pane(.presets), .importPreset, .character("i")),
        bind(.pane(.presets), .exportPreset, .character("x")),
        bind(.pane(.presets), .deletePreset, .character("D")),
        bind(.pane(.log), .logLevel, .character("L")),
    ]
}

extension Key {
    /// The key as help and key line write it: `Ctrl-G`, `F5`, `Alt-N`, `Space`.
    package var name: String {
        switch self {
        case .character(" "): "Space"
        case .character(let character): String(character)
        case .control(let character): "Ctrl-\(character.uppercased())"
        case .alt(let character): "Alt-\(character.uppercased())"
        case .chord(let character, let modifiers): modifiers.prefixText + character.uppercased()
        case .special(let special, let modifiers): modifiers.prefixText + special.name
        case .paste, .mouse, .focus, .answer: ""
        }
    }

    /// The short form of the key line: `^T` for Ctrl-T.
    package var shortName: String {
        if case .control(let character) = self { return "^" + character.uppercased() }
        return name
    }
}

extension KeyModifiers {
    fileprivate var prefixText: String {
        (contains(.control) ? "Ctrl-" : "") + (contains(.alt) ? "Alt-" : "") + (contains(.shift) ? "Shift-" : "")
    }
}

extension SpecialKey {
    fileprivate var name: String {
        switch self {
        case .up: "Up"
        case .down: "Down"
        case .left: "Left"
        case .right: "Right"
        case .home: "Home"
        case .end: "End"
        case .pageUp: "PgUp"
        case .pageDown: "PgDn"
        case .insert: "Insert"
        case .delete: "Delete"
        case .backspace: "Backspace"
        case .tab: "Tab"
        case .enter: "Enter"
        case .escape: "Esc"
        case .function(let number): "F\(number)"
        }
    }
}
