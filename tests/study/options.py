"""Results directories to compare: the sample result of the output tests with tokens, cost and another plant."""

import sys
from pathlib import Path

from thermo import output

sys.path.insert(0, str(Path(__file__).parents[1] / "output"))
from sample_result import sample

CASE = """
[case]
name = "NAME"
title = "Option NAME"
[site]
name = "Testville"
[load]
server = "8x H200 air, Llama 2 70B, server"
[money]
[[money.capex]]
name = "cooling plant"
per_power = "2000 USD/kW"
life = "15 year"
source = "a quotation"
[[rack]]
name = "A1"
intake = "x_max"
exhaust = "x_min"
[[rack]]
name = "A4"
intake = "x_max"
exhaust = "x_min"
"""


def write(folder, name, price=0.1, chillers=1.0, met=True, water=0.0, fields=True):
    """Write a results directory whose energy parts add up and whose cost and tokens follow from them."""
    result = sample(with_fields=fields)
    summary = result.summary
    energy, metrics = summary["energy"], summary["metrics"]
    energy["chiller_kWh"] *= chillers
    energy["server_fans_kWh"] = 0.1 * energy["it_kWh"]
    facility = sum(value for key, value in energy.items() if key != "server_fans_kWh")
    metrics |= {"facility_energy_kWh": facility, "pue": facility / energy["it_kWh"]}
    words = {"it_kWh": "it", "crah_fans_kWh": "air handler fans", "pumps_kWh": "pumps", "chiller_kWh": "chillers",
             "heat_rejection_fans_kWh": "heat rejection fans", "power_chain_kWh": "power chain",
             "other_kWh": "lighting and other"}  # fmt: skip
    cost = {"electricity_USD_per_year": {words[key]: energy[key] * price for key in words if key in energy}}
    if water:
        cost["water_USD_per_year"] = {"make-up": water}
    cost["equipment_USD_per_year"] = {"cooling plant": 20000.0}
    cost["total_USD_per_year"] = sum(sum(part.values()) for part in cost.values())
    tokens = energy["it_kWh"] * 3.6e6 / 0.3
    summary["cost"] = cost
    summary["tokens"] = {
        "per_year": tokens, "J_per_token": facility * 3.6e6 / tokens, "J_it_per_token": 0.3,
        "cost_USD_per_Mtoken": cost["total_USD_per_year"] / tokens * 1e6, "water_site_L_per_Mtoken": 0.0,
    }  # fmt: skip
    summary["case"]["name"] = name
    for row in summary["limits"]:
        row["met"] = met
    object.__setattr__(result, "case_text", CASE.replace("NAME", name))
    output.write(result, folder / name)
    return folder / name
