import Benchmarks
import Foundation
import Kernels
import Testing

@Suite("The report of a benchmark run")
struct BenchmarkReportTests {
    private static var tiny: BenchmarkOptions {
        var options = BenchmarkOptions(threadCount: 2, cpuName: "a CPU")
        options.sizes = .tiny
        options.runs = 2
        return options
    }

    @Test("holds every part with positive figures, as one JSON object")
    func holdsEveryPart() async throws {
        let report = try await BenchmarkRunner(Self.tiny).run()
        let parts = Set(report.measurements.map { String($0.name.prefix { $0 != "." }) })
        #expect(
            parts == [
                "peak", "linear", "attention", "rows", "convolution", "text-encoder", "lr-step", "hr-features",
                "hr-step", "decode", "allocations",
            ])
        let json = try report.json()
        #expect(!json.contains("\n"))
        let read = try JSONDecoder().decode(BenchmarkReport.self, from: Data(json.utf8))
        #expect(read.machine.cpu == "a CPU" && read.machine.threads == 2)
        #expect(read.measurements.map(\.name) == report.measurements.map(\.name))
        #expect(read.peakOperationsPerSecond["fp32"].map { $0 > 0 } == true)
        for one in read.measurements {
            #expect(one.seconds.median > 0 && one.seconds.minimum <= one.seconds.median, "\(one.name)")
            #expect(one.seconds.median <= one.seconds.maximum && one.seconds.runs > 0, "\(one.name)")
            #expect(one.operations.map { $0 > 0 } ?? true, "\(one.name)")
            #expect(one.fractionOfPeak.map { $0 > 0 } ?? true, "\(one.name)")
        }
    }

    @Test("runs each kernel in every precision that the CPU has")
    func runsEveryPrecision() async throws {
        var options = Self.tiny
        options.only = ["linear"]
        let report = try await BenchmarkRunner(options).run()
        let precisions = report.measurements.filter { $0.name.hasPrefix("linear") }.compactMap(\.precision)
        #expect(precisions == options.chosenPrecisions.map(\.rawValue))
        #expect(report.measurements.allSatisfy { $0.name.hasPrefix("linear") || $0.name == "peak" })
        #expect(report.measurements.allSatisfy { $0.gigaOperationsPerSecond != nil })
    }

    @Test("refuses a name that no benchmark has, and says where the names are")
    func refusesUnknownNames() async {
        var options = Self.tiny
        options.only = ["warp-drive"]
        await #expect {
            _ = try await BenchmarkRunner(options).run()
        } throws: { error in
            "\(error)".contains("warp-drive") && "\(error)".contains("--list")
        }
    }

    @Test("shows each figure in one table row")
    func showsRows() async throws {
        var options = Self.tiny
        options.only = ["attention"]
        options.precisions = [.fp32]
        let report = try await BenchmarkRunner(options).run()
        for one in report.measurements {
            let lines = ReportTable.lines(one)
            #expect(lines[0].hasPrefix(one.name) && lines[0].contains(one.precision ?? ""))
        }
        #expect(ReportTable.title(report.machine).contains("2 threads on a CPU"))
    }
}
