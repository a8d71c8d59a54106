/// The answers in force, kept right over several rounds of questions: what comes improves them at once, and what a
/// complete round did not bring is "no" from then on.
///
/// A terminal is asked again whenever it may be another one: after a suspension, a resize, or when it gets the focus.
package struct AnswerRounds: Equatable, Sendable {
    package private(set) var inForce = TerminalAnswers()
    /// Of the round that is not complete yet.
    private var round = TerminalAnswers()

    package init() {}

    package mutating func note(_ answer: TerminalAnswer) {
        inForce.note(answer)
        round.note(answer)
        // The last question of a round: every terminal answers it.
        guard case .primaryAttributes = answer else { return }
        inForce = inForce.replaced(by: round)
        round = TerminalAnswers()
    }
}
