import Testing
import VideoIO

@Suite("Frame rate")
struct FrameRateTests {
    @Test(
        "Decimal rates become the fraction that is meant",
        arguments: [
            (24.0, FrameRate(24)), (23.976, FrameRate(24000, over: 1001)), (23.98, FrameRate(24000, over: 1001)),
            (29.97, FrameRate(30000, over: 1001)), (59.94, FrameRate(60000, over: 1001)),
            (12.5, FrameRate(25, over: 2)),
            (0.5, FrameRate(1, over: 2)), (14.985, FrameRate(2997, over: 200)),
        ])
    func fractions(framesPerSecond: Double, rate: FrameRate) {
        #expect(FrameRate(framesPerSecond) == rate)
    }

    @Test("Rates that make no sense are none", arguments: [0, -1, .nan, .infinity, 0.001, 1001])
    func refused(framesPerSecond: Double) {
        #expect(FrameRate(framesPerSecond) == nil)
    }
}
