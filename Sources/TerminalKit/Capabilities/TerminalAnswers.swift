/// What a terminal has answered so far. Late answers are welcome: they may improve the choice.
package struct TerminalAnswers: Equatable, Sendable {
    /// Numbers of DA1; nil until it has come.
    package var primaryAttributes: [Int]?
    package var version: String?
    package var hasKittyGraphics = false
    /// The terminal could read a kitty picture from shared memory: it runs on this machine.
    package var sharesKittyMemory = false
    /// States of the modes asked for: 1 to 3 if known to the terminal, 0 or 4 if not.
    package var modes: [Int: Int] = [:]
    package var speaksKeyboardProtocol = false
    package var background: RGB?
    package var cellWidth: Int?
    package var cellHeight: Int?
    package var windowWidth: Int?
    package var windowHeight: Int?
    package var sixelRegisters: Int?
    package var sixelWidthLimit: Int?
    package var sixelHeightLimit: Int?
    package var hasDirectColor = false

    package init() {}

    /// What to go by once a round of questions is complete: its answers alone, since another terminal may sit at the other
    /// end by now. Whether that one reads shared memory is asked apart from the round.
    package func replaced(by round: TerminalAnswers) -> TerminalAnswers {
        var answers = round
        answers.sharesKittyMemory = sharesKittyMemory && round.hasKittyGraphics
        return answers
    }

    /// DA1 has come: what has not been answered will not be.
    package var isComplete: Bool { primaryAttributes != nil }

    package mutating func note(_ answer: TerminalAnswer) {
        switch answer {
        case .primaryAttributes(let numbers): primaryAttributes = numbers
        case .version(let text): version = text
        case .kittyGraphics(let id, let message):
            if id == TerminalQuestions.kittyQueryID { hasKittyGraphics = message == "OK" }
            if id == TerminalQuestions.kittyMemoryQueryID { sharesKittyMemory = message == "OK" }
        case .mode(let mode, let state): modes[mode] = state
        case .keyboardProtocol: speaksKeyboardProtocol = true
        case .color(let number, let rgb): if number == 11 { background = rgb }
        case .cellSize(let width, let height): (cellWidth, cellHeight) = (width, height)
        case .windowSize(let width, let height): (windowWidth, windowHeight) = (width, height)
        case .sixelRegisters(let count): sixelRegisters = count
        case .sixelLimit(let width, let height): (sixelWidthLimit, sixelHeightLimit) = (width, height)
        case .capability(let name, let value): if name == "RGB" { hasDirectColor = value != nil }
        case .otherAttributes, .gridSize, .ready, .cursorPosition, .other, .unknown: break
        }
    }

    /// Whether a mode may be set: the terminal knows it and has not fixed it to off.
    package func knows(mode: Int) -> Bool { (1...3).contains(modes[mode] ?? 0) }
}
