/// What we ask a terminal about itself (section 11.2 of the design), each in one write.
package enum TerminalQuestions {
    /// The image id of the kitty question; nothing is ever shown under it.
    package static let kittyQueryID = 31
    /// That of the question whether it can read our shared memory.
    package static let kittyMemoryQueryID = 32

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

    /// Asks a terminal that has kitty graphics whether it runs on this machine: it is to read one pixel from shared
    /// memory. Empty where there is no such memory.
    package static func sharedMemory() -> [UInt8] {
        guard let name = SharedMemory.put([0, 0, 0]) else { return [] }
        let keys = "i=\(kittyMemoryQueryID),s=1,v=1,a=q,t=s,f=24,S=3"
        return Array("\u{1B}_G\(keys);".utf8) + Base64.encode(Array(name.utf8)) + ControlBytes.stringTerminator.utf8
    }

    /// After a resize: the font may have changed.
    package static let cellSize: [UInt8] = bytes(["\u{1B}[16t", "\u{1B}[14t"])

    /// How long to wait for DA1 before the safe choice stands: 250 ms, over ssh 1500 ms.
    package static func patience(isRemote: Bool) -> Duration { isRemote ? .milliseconds(1500) : .milliseconds(250) }

    private static func bytes(_ questions: [String]) -> [UInt8] { Array(questions.joined().utf8) }
}
