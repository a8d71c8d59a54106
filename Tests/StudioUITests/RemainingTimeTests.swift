import Foundation
import Generation
import StudioCore
import StudioUI
import TerminalKit
import Testing

/// The remaining time on the screen: counted down, slid, marked, and honest about what is not known.
struct RemainingTimeTests {
    private func estimate(_ seconds: Double, runs: Int = 5) -> TimeEstimate {
        TimeEstimate(seconds: seconds, low: seconds * 0.9, high: seconds * 1.1, runs: runs, basis: "")
    }

    /// A running job of which no time is known yet.
    private func busy(_ width: Int = 120, _ height: Int = 40) throws -> StudioState {
        var state = try Sample.busy(width, height)
        state.jobRemaining(15, nil)
        return state
    }

    /// The title of the steps pane.
    private func title(_ state: StudioState) throws -> String {
        try #require(state.lines.first { $0.contains("Steps   draft 15") })
    }

    @Test("A change within a tenth slides over three seconds")
    func slides() throws {
        var state = try busy()
        state.jobRemaining(15, estimate(40))
        state.now += 1
        state.jobRemaining(15, estimate(42))
        #expect(try title(state).contains("eta 39s"))
        state.now += 1.5
        #expect(try title(state).contains("eta 39s"))
        state.now += 1.5
        #expect(try title(state).contains("eta 39s"))
        state.now += 1
        #expect(try title(state).contains("eta 38s"))
    }

    @Test("With reduced motion no number slides")
    func reducedMotion() throws {
        var state = try busy()
        state.hasReducedMotion = true
        state.jobRemaining(15, estimate(40))
        state.jobRemaining(15, estimate(42))
        #expect(try title(state).contains("eta 42s"))
    }

    @Test("A larger change jumps, and is marked for three seconds")
    func jumps() throws {
        var state = try busy()
        state.jobRemaining(15, estimate(20))
        #expect(!(try title(state).contains("~")))
        state.jobRemaining(15, estimate(30))
        #expect(try title(state).contains("eta ~30s"))
        state.now += 2.9
        #expect(try title(state).contains("eta ~27s"))
        state.now += 0.2
        #expect(try title(state).contains("eta 27s"))
    }

    @Test("Only a job that has sampled is finishing; without earlier runs what comes after is not known")
    func finishing() throws {
        var state = try busy()
        state.jobRemaining(15, estimate(0.4))
        #expect(try title(state).contains("eta 1s"))
        state.jobRemaining(15, estimate(0.4, runs: 0))
        #expect(try title(state).contains("eta over 1s"))
        for number in 6...7 { state.jobTold(15, .stepFinished(Sample.step(number))) }
        #expect(try title(state).contains("step 8/8   finishing"))
        #expect(!state.text.contains("eta finishing"))
    }

    @Test("Above ten hours the day is named")
    func day() throws {
        var state = try busy(200, 60)
        state.date = Date(timeIntervalSince1970: 1_700_000_000)
        state.jobRemaining(15, estimate(11 * 3600))
        let days = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"]
        let title = try title(state)
        #expect(title.contains("eta 11h00m"))
        #expect(days.contains { title.contains("done about \($0) ") })
    }

    @Test(
        "The pane's facts are dropped whole where they do not fit",
        arguments: [(80, 24), (100, 30), (120, 40), (200, 60)])
    func facts(size: (Int, Int)) throws {
        var state = try Sample.busy(size.0, size.1)
        for seconds in [6.0, 64, 5000, 40_000] {
            state.jobRemaining(15, estimate(seconds))
            let line = try title(state)
            let pane = try #require(line.split(separator: "Steps   draft 15").last)
            #expect(!pane.prefix { $0 != "┐" }.contains("…"), "\(line)")
            #expect(pane.contains("eta "))
        }
    }

    @Test("A slow step says why where the machine tells")
    func slowStep() throws {
        var state = try Sample.busy(200, 60)
        state.facts.loadAverage = 31
        state.facts.coreCount = 16
        state.jobTold(15, .stepFinished(Sample.step(6, seconds: 1.5)))
        #expect(state.text.contains("slow: load average 31 on 16 cores"))
        state.facts.loadAverage = 16
        state.jobTold(15, .stepFinished(Sample.step(7, seconds: 1.5)))
        #expect(state.text.contains("slow: usually 0.70s"))
    }

    @Test("A resumed job's bar begins where the job was stopped")
    func resumed() throws {
        var state = try Sample.busy(120, 40)
        let recipe = state.form.recipe(prompt: state.prompt.text, negative: "")
        state.jobStarted(15, kind: .draft, recipe: recipe, draft: nil)
        var progress = RunProgress(
            job: 15, startedAt: state.date, steps: (1...6).map { Sample.step($0) }, savedStep: 6)
        progress.remaining = estimate(1.4)
        progress.remainingAt = state.date
        state.jobContinues(progress)
        #expect(state.message?.text == "Job 15 goes on after step 6/8.")
        #expect(abs(try #require(state.run).progress(now: state.now) - 4.2 / 5.6) < 0.01)
    }
}
