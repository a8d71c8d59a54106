/// What we ask a terminal about itself (section 11.2 of the design), each in one write.
package enum TerminalQuestions {
    /// The image id of the kitty question; nothing is ever shown under it.
    package static let kittyQueryID = 31

    /// Everything. The last question is DA1, which every terminal answers: what is missing by then is "no".
    package static let all: [UInt8] = bytes([
        "\u{1B}[>q",
        "\u{1B}_Gi=\(kittyQueryID),s=1,v=1,a=q,t=d,f=24;AAAA\u{1B}\\",
        "\u{1B}[?2026$p",
        "\u{1B}[?2027$p",
        "\u{1B}[?u",
        "\u{1B}]11;?\u{1B}\\",
        "\u{1B}[?1;1;0S",
        "\u{1B}[?2;1;0S",
        "\u{1B}[16t",
        "\u{1B}[14t",
        "\u{1B}P+q524742\u{1B}\\",
        "\u{1B}[c",
    ])

    /// After a resize: the font may have changed.
    package static let cellSize: [UInt8] = bytes(["\u{1B}[16t", "\u{1B}[14t"])

    /// How long to wait for DA1 before the safe choice stands: 250 ms, over ssh 1500 ms.
    package static func patience(isRemote: Bool) -> Duration { isRemote ? .milliseconds(1500) : .milliseconds(250) }

    private static func bytes(_ questions: [String]) -> [UInt8] { Array(questions.joined().utf8) }
}
