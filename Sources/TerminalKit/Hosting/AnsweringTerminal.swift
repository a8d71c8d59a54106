/// Plays a terminal for a program: keeps what it writes and answers its questions, after a while where that is asked.
///
/// It understands no more than the questions: what a screen would show is not its matter.
package final class AnsweringTerminal {
    /// An answer to a question, sent that long after it came.
    package struct Answer: Sendable {
        package var question: [UInt8]
        package var answer: [UInt8]
        package var delay: Duration

        package init(to question: String, _ answer: String, after delay: Duration = .zero) {
            self.question = Array(question.utf8)
            self.answer = Array(answer.utf8)
            self.delay = delay
        }
    }

    private struct Due {
        var at: ContinuousClock.Instant
        var bytes: [UInt8]
    }

    package let program: HostedProgram
    package var answers: [Answer]
    /// Everything the program has written, or what came since ``forget()``.
    package private(set) var output: [UInt8] = []
    /// All bytes ever.
    package private(set) var byteCount = 0
    /// Whether the program has let go of the terminal.
    package private(set) var isClosed = false
    private var due: [Due] = []
    /// The end of what was written before: a question may come in two reads.
    private var tail: [UInt8] = []

    package init(_ program: HostedProgram, answers: [Answer]) {
        self.program = program
        self.answers = answers
    }

    /// What nearly every terminal answers: that it is one, and that it is ready.
    package static func plainAnswers(readyAfter delay: Duration = .zero) -> [Answer] {
        [
            Answer(to: "\u{1B}[c", "\u{1B}[?62;22c"), Answer(to: ControlBytes.readyQuestion, "\u{1B}[0n", after: delay),
        ]
    }

    package func type(_ text: String) { program.terminal.type(text) }

    package func forget() { output = [] }

    /// Reads and answers until a condition holds.
    ///
    /// - Returns: whether it did in that time.
    @discardableResult
    package func run(for time: Duration, until condition: (AnsweringTerminal) -> Bool = { _ in false }) -> Bool {
        let end = ContinuousClock.now + time
        while !condition(self) {
            let now = ContinuousClock.now
            guard now < end, !isClosed else { return condition(self) }
            sendDue(now)
            let wait = min(end, due.map(\.at).min() ?? end) - now
            guard let bytes = program.terminal.read(within: max(wait, .zero)) else {
                isClosed = true
                continue
            }
            take(bytes)
        }
        return true
    }

    /// Reads and answers until the program has written that.
    @discardableResult
    package func wait(for text: String, within time: Duration) -> Bool {
        let wanted = Array(text.utf8)
        return run(for: time) { $0.output.holds(wanted) }
    }

    private func sendDue(_ now: ContinuousClock.Instant) {
        for one in due where one.at <= now { program.terminal.type(one.bytes) }
        due.removeAll { $0.at <= now }
    }

    private func take(_ bytes: [UInt8]) {
        guard !bytes.isEmpty else { return }
        byteCount += bytes.count
        output += bytes
        let now = ContinuousClock.now
        for answer in answers {
            // What the tail held whole was answered before.
            let seen = tail.suffix(answer.question.count - 1) + bytes
            let count = seen.occurrences(of: answer.question)
            for _ in 0..<count { due.append(Due(at: now + answer.delay, bytes: answer.answer)) }
        }
        tail = Array((tail + bytes.suffix(64)).suffix(64))
        sendDue(now)
    }
}

extension RandomAccessCollection<UInt8> {
    /// How often `wanted` is in it.
    fileprivate func occurrences(of wanted: [UInt8]) -> Int {
        guard let first = wanted.first, count >= wanted.count else { return 0 }
        var found = 0
        var start = startIndex
        while let next = self[start...].firstIndex(of: first) {
            if self[next...].starts(with: wanted) { found += 1 }
            start = index(after: next)
        }
        return found
    }
}

extension [UInt8] {
    /// Whether `wanted` stands somewhere in it.
    package func holds(_ wanted: [UInt8]) -> Bool { occurrences(of: wanted) > 0 }
}
