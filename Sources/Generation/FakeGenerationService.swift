package import struct Foundation.URL

/// An engine without weights: clips drawn from the prompt's words and the seed, steps that only wait.
///
/// It sends the same events, fills the same folders and fails in the same ways as the engine, so that everything above
/// it can be tried in seconds on any machine. Sampler state is `state.json`, the number of the last finished step.
package struct FakeGenerationService: GenerationService {
    private let options: FakeOptions
    private let looks = LookWishes()
    private let failures = FakeFailures()

    package init(options: FakeOptions = FakeOptions()) {
        self.options = options
    }

    package func draft(_ request: DraftRequest) -> AsyncThrowingStream<GenerationEvent, any Error> {
        stream { job in
            try await job.draft(request)
        }
    }

    package func commit(_ request: CommitRequest) -> AsyncThrowingStream<GenerationEvent, any Error> {
        stream { job in
            try await job.commit(request)
        }
    }

    package func partial(_ request: PartialRequest) -> AsyncThrowingStream<GenerationEvent, any Error> {
        stream { job in
            try await job.partial(request)
        }
    }

    /// Shapes times constants of about the size that a small model has.
    package func plan(_ recipe: Recipe) async throws -> GenerationPlan {
        FakePlan(recipe: recipe, availableBytes: options.availableBytes).plan
    }

    /// A token for every four characters of a word and one for the end, as a subword vocabulary gives on average.
    package func tokenCount(of prompt: String, model: String) async throws -> PromptLength {
        PromptLength(of: prompt, limit: 128) { text in
            text.split(whereSeparator: \.isWhitespace).reduce(1) { $0 + ($1.count + 3) / 4 }
        }
    }

    package func features(ofDraftIn folder: URL) async throws -> [FeaturePicture] {
        try FakeFeatures(folder: folder).pictures
    }

    package func look(_ look: SharperLook) async { looks.ask(look) }

    /// Holds none.
    package func releaseMemory() async {}

    private func stream(
        _ body: @escaping @Sendable (FakeJob) async throws -> Void
    ) -> AsyncThrowingStream<GenerationEvent, any Error> {
        AsyncThrowingStream { continuation in
            _ = looks.take()
            let job = FakeJob(options: options, looks: looks, failures: failures) { continuation.yield($0) }
            let task = Task {
                do {
                    try await body(job)
                    continuation.finish()
                } catch {
                    continuation.finish(throwing: error)
                }
            }
            continuation.onTermination = { _ in task.cancel() }
        }
    }
}
