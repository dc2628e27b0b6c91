"""Writes stats.json: what the computations of stats.tfe must give over the red
wines, by NumPy, SciPy and statsmodels, and the error that the doc comment of each
function states; of moments, tests and survival at the default precision, too. Needs numpy, scipy and statsmodels; run it in this folder."""

import csv
import json

import numpy as np
import statsmodels.api as sm
from scipy import special, stats

ROWS = 1599
U = 2.0**-20  # a unit in the last place: of stats.tfe, or of the default precision


def columns():
    """The wines' columns, in units that suit fixed(21, 20), and what is made of
    them, in short decimals."""
    with open("winequality-red.csv") as f:
        rows = list(csv.DictReader(f))
    c = {name: np.array([float(r[name]) for r in rows]) for name in rows[0]}
    c["chlorides"] *= 100
    c["residual sugar"] /= 4
    c["free sulfur dioxide"] /= 8
    c["total sulfur dioxide"] /= 16
    c["density"] = (c["density"] - 0.99) * 1000
    c["acidity by 0.8"] = c["fixed acidity"] * 1.25
    quality, alcohol = c["quality"], c["alcohol"]
    c["code"] = quality - 3
    c["class"] = np.digitize(quality, [5.5, 6.5])
    c["good"] = quality > 5.5
    c["bin"] = np.digitize(alcohol, [9.5, 10.5, 11.5])
    c["period"] = np.digitize(alcohol, [9.2, 9.5, 9.8, 10.2, 10.8, 11.4, 12])
    c["sour"] = c["pH"] < 3.3
    whole = ["code", "class", "good", "bin", "period", "sour"]
    return {name: v.astype(int) if name in whole else v.round(6) for name, v in c.items()}


def held(v):
    """v as the precision holds it."""
    return np.round(v / U) * U if is_fixed(v) else v


def is_fixed(v):
    return np.asarray(v).dtype.kind == "f"


class Case:
    """A computation's inputs (the name of a column, names, or data) and outputs;
    these with the errors stated, of a long one the first elements."""

    def __init__(self, **inputs):
        self.inputs, self.outputs = inputs, {}

    def expect(self, name, value, error=0.0):
        value = np.asarray(value)
        if value.ndim and len(value) > 64:
            value, error = value[:64], np.broadcast_to(error, value.shape)[:64]
        error = np.broadcast_to(np.asarray(error, float), value.shape)
        # in three digits, with room for the value's nine decimals
        error = np.array([float("%.3g" % (1.005 * e + 1e-9)) for e in error.ravel()])
        self.outputs[name] = {"value": shown(value), "error": error.tolist()}


def shown(v):
    v = np.asarray(v)
    return (v.astype(float).round(9) if is_fixed(v) else v.astype(int)).ravel().tolist()


def moments(c):
    x, y = c["alcohol"], c["pH"]
    w = c["sulphates"]
    names = ["fixed acidity", "citric acid", "total sulfur dioxide", "pH"]
    m = np.column_stack([c[n] for n in names])
    case = Case(x="alcohol", y="pH", w="sulphates", m=names)

    far = lambda v: np.abs(v - v.mean(axis=0)).mean(axis=0)
    variance = 3 * U + 2 * U * far(x)
    case.expect("variance", x.var(), variance)
    case.expect("sample_variance", x.var(ddof=1), variance + 2 * U + U * x.var())
    case.expect("deviation", x.std(), 2 * U + variance / x.std())
    case.expect("sample_deviation", x.std(ddof=1), 2 * U + (variance + 2 * U + U * x.var()) / x.std())
    covariance = 3 * U + U * (far(x) + far(y))
    case.expect("covariance", np.cov(x, y, ddof=0)[0, 1], covariance)
    case.expect("sample_covariance", np.cov(x, y)[0, 1], covariance + 2 * U + U * abs(np.cov(x, y)[0, 1]))
    correlation = lambda v, w: 4 * U * (1 + 1 / v + 1 / w)
    case.expect("correlation", np.corrcoef(x, y)[0, 1], correlation(x.var(), y.var()))
    standard = lambda v: 2 * U + 4 * U * (1 + np.abs(v - v.mean(axis=0))) / v.var(axis=0)
    case.expect("z_scores", stats.zscore(x), standard(x))
    case.expect("centered", m - m.mean(axis=0), 2 * U)
    case.expect("deviations", m.std(axis=0), 2 * U + (3 * U + 2 * U * far(m)) / m.std(axis=0))
    case.expect("column_z_scores", stats.zscore(m), standard(m))
    case.expect("covariances", np.cov(m.T, ddof=0), 3 * U + U * np.add.outer(far(m), far(m)))
    v = 1 / m.var(axis=0)
    case.expect("correlations", np.corrcoef(m.T), 4 * U * (1 + np.add.outer(v, v)))

    average = lambda v: np.average(v, weights=w)
    dx, dy = x - average(x), y - average(y)
    weighted = lambda v, w_: 6 * U + 6 * U * abs(average(v * w_)) + 2 * U / w.mean()
    case.expect("weighted_mean", average(x), 3 * U + 4 * U * average(x) + 2 * U / w.mean())
    case.expect("weighted_variance", average(dx * dx), weighted(dx, dx))
    case.expect("weighted_deviation", average(dx * dx) ** 0.5, 2 * U + weighted(dx, dx) / average(dx * dx) ** 0.5)
    case.expect("weighted_covariance", average(dx * dy), weighted(dx, dy))
    case.expect("weighted_correlation", average(dx * dy) / (average(dx * dx) * average(dy * dy)) ** 0.5,
                4 * U * (1 + 1 / average(dx * dx) + 1 / average(dy * dy)) / w.mean())
    return case


def order(c):
    x, y = c["alcohol"], c["pH"]
    case = Case(x="alcohol", y="pH")
    case.expect("ranks", stats.rankdata(x), 0)
    case.expect("rank_correlation", stats.spearmanr(x, y).statistic, 16 * U)
    case.expect("quantile", np.quantile(x, 0.9), 2 * U)
    case.expect("quantiles", np.quantile(x, [0, 0.25, 0.5, 0.75, 1]), 2 * U)
    case.expect("median", np.median(x), 2 * U)
    edges = [8, 9, 9.5, 10, 11, 12, 14]
    case.expect("histogram", np.histogram(x, edges)[0])
    case.expect("weighted_histogram", np.histogram(x, edges, weights=held(y))[0], 0)
    case.expect("weighted_quantile", np.quantile(x, 0.9, weights=held(y), method="inverted_cdf"), 0)
    return case


def groups(c):
    x, code = c["alcohol"], c["code"]
    case = Case(x="alcohol", code="code")
    each = [x[code == k] if (code == k).sum() >= 12 else np.zeros(0) for k in range(6)]
    of = lambda f: np.array([f(g) if len(g) else 0.0 for g in each])
    mean = of(np.mean)
    case.expect("group_counts", [len(g) for g in each])
    case.expect("group_sums", of(np.sum), 0)
    case.expect("group_means", mean, 2 * U + mean * 2.0**-28)
    case.expect("group_variances", of(np.var), 4 * U + 4 * U * of(lambda g: np.abs(g - g.mean()).mean()))
    return case


def tests(c):
    x, y = c["alcohol"], c["acidity by 0.8"]
    other = c["alcohol"][800:][c["good"][800:] == 1]
    code, bin_ = c["class"], c["bin"]
    shares = np.array([0.25, 0.375, 0.25, 0.125])
    case = Case(x="alcohol", y="acidity by 0.8", other=other, code="class", bin="bin", shares=shares)

    def t(name, r, n, s):
        error = abs(r.statistic) * 2.0**-20 + (4 + abs(r.statistic)) * n**0.5 * U * (1 / s + 1 / s**2)
        case.expect(name + "_t" if name else "t", r.statistic, error)
        case.expect(name + "_p" if name else "t_p", r.pvalue, error / 2 + 24 * U + 2.0**-21)

    t("", stats.ttest_1samp(x, 10.5), ROWS, x.std())
    case.expect("t_df", ROWS - 1)
    t("paired", stats.ttest_rel(x, y), ROWS, (x - y).std())
    case.expect("paired_df", ROWS - 1)
    welch = stats.ttest_ind(x, other, equal_var=False)
    t("welch", welch, ROWS, min(x.std(), other.std()))
    case.expect("welch_df", welch.df, 16 * U * welch.df**2 / (min(len(x), len(other)) - 1))

    table = stats.contingency.crosstab(code, bin_).count
    case.expect("cross_table", table)
    fit = stats.chisquare(table.sum(axis=0), shares * ROWS)
    off = lambda x, cells: 2 * U * (x * ROWS) ** 0.5 + 2.0**-28 * x + 2 * U * x + cells * U
    error = off(fit.statistic, 4)
    case.expect("chi_square", fit.statistic, error)
    case.expect("fit", fit.statistic, error)
    case.expect("fit_df", 3)
    case.expect("fit_p", fit.pvalue, error + 30 * U)
    whole = stats.chi2_contingency(table, correction=False)
    error = off(whole.statistic, 12) + 3 * U * whole.statistic * ROWS / table.sum(axis=0).min()
    case.expect("independence", whole.statistic, error)
    case.expect("independence_df", whole.dof)
    case.expect("independence_p", whole.pvalue, error + 36 * U)
    return case


def design(c, names):
    m = np.column_stack([c[n] for n in names])
    k = np.linalg.eigvalsh(np.corrcoef(m.T))
    return m, k[-1] / k[0]


def regression(case, r, error, p_error, statistic):
    case.expect("coefficients", r.params, error * r.bse)
    case.expect("errors", r.bse, error * r.bse)
    case.expect(statistic, r.tvalues, error * (1 + np.abs(r.tvalues)))
    case.expect("p", r.pvalues, error / 2 * (1 + np.abs(r.tvalues)) + p_error)


def linear(c):
    names = MEASURES
    m, k = design(c, names)
    y = c["quality"]
    case = Case(m=names, y="quality")
    r = sm.OLS(y, sm.add_constant(m)).fit()
    d = len(names)
    regression(case, r, 2 * k * U * ROWS**0.5, 24 * U + 2.0**-21, "t")
    case.expect("r_squared", r.rsquared, 4 * d * U)
    error = ROWS / d * 4 * d * U / (1 - r.rsquared) ** 2
    case.expect("f", r.fvalue, error)
    case.expect("f_p", r.f_pvalue, 2.0**-20 + (4 * d + 48 + 24) * U + 2.0**-21)
    return case


def logistic(c):
    names = ["volatile acidity", "sulphates", "alcohol", "pH"]
    m, k = design(c, names)
    y = c["good"]
    case = Case(m=names, y="good")
    r = sm.Logit(y, sm.add_constant(m)).fit(disp=0)
    p = r.predict()
    a = np.column_stack([np.ones(ROWS), stats.zscore(m)])
    k = np.linalg.cond(a.T @ (a * (p * (1 - p))[:, None]))
    regression(case, r, 8 * k * U * ROWS**0.5, 12 * U + 2.0**-22, "z")
    return case


def survival(c):
    period, event, group = c["period"], c["good"], c["sour"]
    case = Case(period="period", event="good", group="sour")
    s = sm.SurvfuncRight(period, event)
    assert list(s.surv_times) == list(range(8))
    case.expect("kaplan_meier", s.surv_prob, 8 * U)
    case.expect("kaplan_meier_error", s.surv_prob_se, 8 * U + s.surv_prob_se * 2.0**-12)
    case.expect("died", s.n_events.astype(int))
    case.expect("risk", s.n_risk.astype(int))
    x, p = sm.duration.survdiff(period, event, group)
    dead, risk, inside = s.n_events, s.n_risk, np.array([(group & (period >= k)).sum() for k in range(8)])
    part = inside / risk
    v = (dead * part * (1 - part) * (risk - dead) / (risk - 1)).sum()
    d = dead.sum()
    error = 4 * U * d * (x / v) ** 0.5 + 8 * U * d * x / v + 8 * 8 * U
    case.expect("log_rank", x, error)
    case.expect("log_rank_p", p, error + 12 * U + 2.0**-22)
    return case


def noise(c):
    """Bounds that one run in a billion leaves, or, of a single draw, fewer."""
    x, code = c["alcohol"], c["code"]
    case = Case(x="alcohol", code="code")
    # the distance of a Laplace number deviates by its scale, a squared normal
    # number by its variance times the root of 2
    case.expect("laplace_noise", 2.0, 7 * 2 / ROWS**0.5)
    case.expect("gaussian_noise", 4.0, 7 * 2**0.5 * 4 / ROWS**0.5)
    case.expect("private_counts", np.bincount(code, minlength=6).astype(float), 25 * 2)
    cut = np.clip(x, 9, 12)
    case.expect("private_sum", cut.sum(), 25 * 3)
    case.expect("private_mean", cut.mean(), 25 * 3 / ROWS)
    return case


def probabilities(c):
    z = np.linspace(-5, 5, 61)
    z = held(z.round(6))
    case = Case(z=z.round(6), df=np.array(7.5))
    case.expect("normal_tails", 2 * stats.norm.sf(np.abs(z)), 2.0**-22 + 12 * U)
    case.expect("normal_cdf", stats.norm.cdf(z), 2.0**-23 + 6 * U)
    case.expect("erf", special.erf(z), 2.0**-22 + 14 * U)
    case.expect("student_tails", 2 * stats.t.sf(np.abs(z), 7.5), 24 * U + 2.0**-21)
    case.expect("chi_square_tail", stats.chi2.sf(8 * np.abs(z), 12), 2.0**-22 + (24 + 24) * U)
    case.expect("chi_square_tail_odd", stats.chi2.sf(8 * np.abs(z), 7), 2.0**-22 + (14 + 24) * U)
    ratios = {"f_tail": (12, 1587), "f_tail_odd": (7, 40), "f_tail_few": (4, 6), "f_tail_half": (1, 9)}
    for name, (a, b) in ratios.items():
        of_student = 24 * U + 2.0**-21 if a % 2 else 0
        case.expect(name, stats.f.sf(np.abs(z), a, b), 2.0**-20 + (4 * a + 48) * U + of_student)
    case.expect("log_ratio", np.where(z == 0, 1, np.log1p(np.abs(z)) / np.abs(z).clip(U)), 2.0**-24 + 6 * U)
    return case


def matrices(c):
    names = MEASURES[:7]
    m, _ = design(c, names)
    a = np.corrcoef(m.T)
    a = held(a.round(6))
    b = held((stats.zscore(m).T @ stats.zscore(c["quality"]) / ROWS).round(6))
    k, d = np.linalg.cond(a), len(names)
    case = Case(a=a, b=b)
    case.expect("inverse", np.linalg.inv(a), d * k * k * U)
    case.expect("solve", np.linalg.solve(a, b), d * k * U)
    case.expect("cholesky", np.linalg.cholesky(a), d * k * U)
    case.expect("log_determinant", np.linalg.slogdet(a)[1], d * d * k * U)
    case.expect("trace", np.trace(a), 0)
    case.expect("diagonal", np.diag(a), 0)
    return case


MEASURES = ["fixed acidity", "volatile acidity", "citric acid", "residual sugar", "chlorides", "free sulfur dioxide",
            "total sulfur dioxide", "density", "pH", "sulphates", "alcohol"]


def main():
    global U
    c = columns()
    cases = []
    every = (moments, order, groups, tests, linear, logistic, survival, noise, probabilities, matrices)
    for precision, U, made in (("fixed(21, 20)", 2.0**-20, every), ("fixed(24, 16)", 2.0**-16, (moments, tests, survival))):
        for make in made:
            case = make({name: held(v) for name, v in c.items()})
            inputs = {k: {"shape": list(v.shape), "data": shown(v)} if isinstance(v, np.ndarray) else v for k, v in case.inputs.items()}
            cases.append({"precision": precision, "computation": make.__name__, "inputs": inputs, "outputs": case.outputs})
    with open("stats.json", "w") as f:
        f.write('{"columns": {\n' + ",\n".join(json.dumps(k) + ": " + dumped(shown(v)) for k, v in c.items()) + '\n},\n"cases": [\n')
        f.write(",\n".join(map(dumped, cases)) + "\n]}\n")


def dumped(v):
    return json.dumps(v, separators=(",", ":"))


main()
