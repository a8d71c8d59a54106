import ArgumentParser
import StudioCore

struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "What works here: CPU, memory, codecs, settings, themes, presets, history, terminal.",
        discussion: "Exits with 1 where something is broken.")

    @Flag(help: "Instead, draw every pane of the studio and tell the bytes and the time of each kind of update.")
    var ui = false

    @OptionGroup var report: ReportOptions

    func run() async throws {
        report.apply()
        let findings = ui ? try await DoctorScreen.examine(Workplace()) : Doctor.examine()
        for finding in findings {
            report.json ? Output.object(finding.fields) : Output.result(finding.line)
        }
        let broken = findings.filter { $0.state == .broken }
        if !broken.isEmpty {
            let names = broken.map(\.name).joined(separator: ", ")
            throw Failure.Exit(code: 1, description: "Something is broken: \(names).")
        }
    }
}
