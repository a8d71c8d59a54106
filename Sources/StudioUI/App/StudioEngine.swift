package import Generation
package import StudioCore

/// What the studio's jobs run on.
package struct StudioEngine: Sendable {
    /// Plans jobs and counts tokens, in this process.
    package var service: any GenerationService
    /// Opens the queue: that of the engine's own process, or one in this process.
    package var jobs: @Sendable (History) -> any JobService

    /// How the engine is started, for comparison with one that runs.
    package var identity: String

    /// How it is started under other settings; nil: it is in this process and stays as it is.
    package var launch: (@Sendable (Settings) -> (identity: String, launch: WorkerLaunch))?

    package init(
        service: any GenerationService, identity: String,
        launch: (@Sendable (Settings) -> (identity: String, launch: WorkerLaunch))? = nil,
        jobs: @escaping @Sendable (History) -> any JobService
    ) {
        self.service = service
        self.identity = identity
        self.launch = launch
        self.jobs = jobs
    }
}
