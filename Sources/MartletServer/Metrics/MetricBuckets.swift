/// Upper bounds of the histograms, as in vLLM 0.33 (`vllm/v1/metrics/buckets.py`), so that its dashboards fit.
enum MetricBuckets {
    static let timeToFirstToken: [Double] = [
        0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 20, 40, 80, 160, 640,
        2560,
    ]
    static let interTokenLatency: [Double] = [
        0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 20, 40, 80,
    ]
    static let requestLatency: [Double] = [
        0.3, 0.5, 0.8, 1, 1.5, 2, 2.5, 5, 10, 15, 20, 30, 40, 50, 60, 120, 240, 480, 960, 1920, 7680,
    ]
    static let n: [Double] = [1, 2, 5, 10, 20]

    /// 1, 2, 5, 10, 20, 50, ... up to `limit`.
    static func oneTwoFive(upTo limit: Int) -> [Double] {
        var bounds: [Double] = []
        var power = 1
        while true {
            for factor in [1, 2, 5] {
                let (bound, overflow) = factor.multipliedReportingOverflow(by: power)
                if overflow || bound > limit { return bounds }
                bounds.append(Double(bound))
            }
            power *= 10
        }
    }
}
