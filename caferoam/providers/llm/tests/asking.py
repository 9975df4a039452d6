"""Requests to describers, in few words."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from caferoam.providers.llm import DescribeRequest, Facts, Review, Taxonomy
from caferoam.text.taxonomy import TagDefinition

TAXONOMY = Taxonomy(
    (
        TagDefinition("wifi", 1, "functionality", "Wi-Fi", "無線網路", ("wifi",)),
        TagDefinition("outlets", 2, "functionality", "Power outlets", "插座", ("outlets", "插頭")),
        TagDefinition("no_time_limit", 4, "functionality", "No time limit", "不限時", (), "time_limit"),
        TagDefinition("time_limit", 5, "functionality", "Time limit", "限時", (), "no_time_limit"),
        TagDefinition("desserts", 18, "functionality", "Desserts", "甜點", ("蛋糕",)),
        TagDefinition("near_mrt", 23, "functionality", "Near the MRT", "近捷運"),
        TagDefinition("quiet", 201, "ambience", "Quiet", "安靜", ("不吵",), "lively"),
        TagDefinition("lively", 203, "ambience", "Lively", "熱鬧", (), "quiet", ("吵", "很吵")),
        TagDefinition("japanese_style", 206, "ambience", "Japanese style", "日式風格"),
        TagDefinition("casual_work", 302, "mode", "Casual work", "適合工作", ("工作",)),
        TagDefinition("friends", 307, "mode", "With friends", "朋友聚會", ("聚會",)),
    )
)


def request(
    *reviews: str, facts: Mapping[str, str] | None = None, attributes: Mapping[str, object] | None = None
) -> DescribeRequest:
    """About a café with these reviews, whose ids count from 1."""
    return DescribeRequest(
        facts=Facts(**{"name": "霧裡咖啡", **(facts or {})}),
        attributes=attributes or {},
        reviews=tuple(Review(UUID(int=number), text) for number, text in enumerate(reviews, start=1)),
        taxonomy=TAXONOMY,
    )


def silence(count: int) -> Sequence[str]:
    """Reviews that say nothing of any tag."""
    return ["拿鐵很順口"] * count
