/// Which answer of the terminal a control sequence is.
extension ControlSequence {
    /// nil where it is not an answer.
    var answer: TerminalAnswer? {
        switch (marker.map { UnicodeScalar($0) }, UnicodeScalar(final)) {
        case ("?", "c"): .primaryAttributes(parameters.compactMap { $0.first ?? nil })
        case (">", "c"), ("=", "c"): .otherAttributes
        case ("?", "u"): .keyboardProtocol(flags: parameter(0) ?? 0)
        case ("?", "y") where intermediate == UInt8(ascii: "$"): modeAnswer
        case ("?", "S"): sixelAnswer
        case (nil, "t"): sizeAnswer
        case (nil, "n"): parameter(0) == 0 || parameter(0) == 3 ? .ready : .other
        case (nil, "R"): cursorAnswer
        default: nil
        }
    }

    private var modeAnswer: TerminalAnswer {
        guard let mode = parameter(0), let state = parameter(1) else { return .other }
        return .mode(mode, state: state)
    }

    /// `CSI ? item ; status ; value S`; a status other than 0 is a failure.
    private var sixelAnswer: TerminalAnswer {
        guard parameter(1) == 0, let value = parameter(2) else { return .other }
        switch (parameter(0), parameter(3)) {
        case (1, _): return .sixelRegisters(value)
        case (2, .some(let height)): return .sixelLimit(width: value, height: height)
        default: return .other
        }
    }

    private var sizeAnswer: TerminalAnswer {
        guard let height = parameter(1), let width = parameter(2), height > 0, width > 0 else { return .other }
        switch parameter(0) {
        case 4: return .windowSize(width: width, height: height)
        case 6: return .cellSize(width: width, height: height)
        case 8: return .gridSize(columns: width, rows: height)
        default: return .other
        }
    }

    /// `CSI row ; column R`, but `CSI R` and `CSI 1 ; modifiers R` are F3.
    private var cursorAnswer: TerminalAnswer? {
        guard let row = parameter(0), let column = parameter(1), row > 1 || column > 16 else { return nil }
        return .cursorPosition(column: column - 1, row: row - 1)
    }
}
