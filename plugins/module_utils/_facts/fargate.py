# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is PRIVATE to the collection. It can change at any time.

"""What AWS Fargate offers, and what it does not.

Data alone, which the embedded AWS reads as well. Above each block: AWS's page that says so, and when it was looked at,
or last known to be so. Of a pair (least, most), both are allowed.
"""

from __future__ import annotations

# Sizes of tasks, CPU units: memory in MiB. RegisterTaskDefinition takes 32 vCPU since 2026, of three sizes alone.
# https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-tasks-services.html#fargate-tasks-size
# (2026-11-28)
SIZES: dict[int, range | tuple[int, ...]] = {
    256: (512, 1024, 2048),
    512: range(1024, 4096 + 1, 1024),
    1024: range(2048, 8192 + 1, 1024),
    2048: range(4096, 16384 + 1, 1024),
    4096: range(8192, 30720 + 1, 1024),
    8192: range(16384, 61440 + 1, 4096),
    16384: range(32768, 122880 + 1, 8192),
    32768: (61440, 122880, 249856),
}

# GiB that a task may ask for, and what it has if it does not.
# https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_EphemeralStorage.html (2026-11-28)
EPHEMERAL_STORAGE = (21, 200)
EPHEMERAL_STORAGE_DEFAULT = 20

# Seconds, of startTimeout and stopTimeout.
# https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html (2026-11-28)
CONTAINER_TIMEOUT = (2, 120)

# https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_LogConfiguration.html (2026-11-28)
LOG_DRIVERS = ("awslogs", "splunk", "awsfirelens")

# Options without which awslogs does not start.
# https://docs.aws.amazon.com/AmazonECS/latest/developerguide/using_awslogs.html (2026-11-28)
AWSLOGS_OPTIONS = ("awslogs-group", "awslogs-region", "awslogs-stream-prefix")

# What tasks on Fargate cannot have: members of a task definition, of a container, of a container's linuxParameters.
# https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-tasks-services.html (2026-11-28)
NOT_OF_A_TASK = ("inferenceAccelerators", "ipcMode", "placementConstraints")
NOT_OF_A_CONTAINER = (
    "disableNetworking",
    "dnsSearchDomains",
    "dnsServers",
    "dockerSecurityOptions",
    "extraHosts",
    "hostname",
    "links",
    "privileged",
)
NOT_OF_LINUX = ("devices", "maxSwap", "sharedMemorySize", "swappiness")

# linuxParameters.tmpfs is possible on Linux since 2026-01-06, platform version 1.4.0; Windows has no linuxParameters.
# https://aws.amazon.com/about-aws/whats-new/2026/01/amazon-ecs-tmpfs-mounts-aws-fargate-managed-instances/ (2026-11-28)
ONLY_OF_LINUX = ("tmpfs",)

# Linux capabilities that can be added.
# https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_KernelCapabilities.html (2026-11-28)
CAPABILITIES = ("SYS_PTRACE",)

# Where Fargate does not run in every zone of a Region, the zones it runs in, by the Region's part of the zone's ID.
# An old zone that many services left out, such as EFS's One Zone storage: used when there is no other.
# https://docs.aws.amazon.com/AmazonECS/latest/developerguide/AWS_Fargate-Regions.html (2026-11-28)
ZONES = {
    "usw1": {"usw1-az1", "usw1-az3"},
    "apne1": {"apne1-az1", "apne1-az2", "apne1-az4"},
    "cnn1": {"cnn1-az1", "cnn1-az2"},
}
LAST_ZONES = {"use1-az3"}
