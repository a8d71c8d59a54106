/// How a ``FakeGenerationService`` behaves: its pace, and what it pretends to run out of.
package struct FakeOptions: Sendable, Equatable {
    /// A failure asked for, `STAGE:PART[:KIND]` on the command line.
    package struct Failure: Sendable, Equatable {
        package enum Kind: String, Sendable {
            /// The stage reports a damaged input.
            case plain
            /// The stage reports that memory has run out.
            case memory
            /// The output's disk is full.
            case disk
            /// The process aborts, as a defect in the engine would make it.
            case crash
        }

        package var stage: Stage
        /// 1-based step, frame or part of the stage at which it happens.
        package var part: Int
        package var kind: Kind
        /// How often memory runs out in the decoder, which helps itself with smaller chunks once in a job, or the disk
        /// is full.
        package var count: Int

        package init(stage: Stage, part: Int, kind: Kind = .plain, count: Int = 1) {
            self.stage = stage
            self.part = part
            self.kind = kind
            self.count = count
        }

        /// Reads `hr:3`, `decode:2:memory`, `decode:2:memory:2` or `lr:4:crash`; nil if the text has another form.
        package init?(_ text: String) {
            let words = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
            guard (2...4).contains(words.count), let stage = Stage(rawValue: words[0]), let part = Int(words[1]),
                part > 0
            else { return nil }
            guard let kind = words.count > 2 ? Kind(rawValue: words[2]) : .plain,
                let count = words.count > 3 ? Int(words[3]) : 1
            else { return nil }
            self.init(stage: stage, part: part, kind: kind, count: count)
        }
    }

    /// Milliseconds of one denoising step of either pass.
    package var stepMilliseconds: Int
    /// Milliseconds of the whole decode stage.
    package var decodeMilliseconds: Int
    /// What the machine is said to have free, bytes.
    package var availableBytes: Int
    package var failure: Failure?
    /// Free space on the disk of the output, bytes; nil: as much as is wanted.
    package var diskBytes: Int?
    /// Stands for the program's build, which states are kept with.
    package var build: String?

    package init(
        stepMilliseconds: Int = 200, decodeMilliseconds: Int = 200, availableBytes: Int = 24 << 30,
        failure: Failure? = nil, diskBytes: Int? = nil, build: String? = nil
    ) {
        self.stepMilliseconds = stepMilliseconds
        self.decodeMilliseconds = decodeMilliseconds
        self.availableBytes = availableBytes
        self.failure = failure
        self.diskBytes = diskBytes
        self.build = build
    }
}
